import { autoScaling } from '@viridian/aws-autoscaling'
import { cloudWatch } from '@viridian/aws-cloudwatch'
import { ec2 } from '@viridian/aws-ec2'
import { elb } from '@viridian/aws-elb'
import { task } from '@viridian/core'
import { build_release, release, update_code, validate_service } from './release.ts'

export const fleets = autoScaling()
export const instances = ec2({ ssh: { user: 'deploy' } })
export const traffic = elb()
export const alarms = cloudWatch()

export const bluegreen = task(
  {
    summary: 'Replace the fleet behind the load balancer',
    args: {
      group: { type: 'string', description: 'the Auto Scaling group' },
      release,
      balancers: {
        type: 'string[]',
        default: [],
        description: 'load balancers and target groups of the fleet that its group does not know',
      },
      alarms: { type: 'string[]', default: [], description: 'alarms that undo it when they go off' },
      keepBlue: { type: 'duration', default: '0s', description: 'how long the way back stays open' },
    },
    locks: ({ group }) => [`group/${group}`],
  },
  async (t) => {
    const blue = await fleets.describe(t, t.args.group)
    const others = await traffic.describe(t, t.args.balancers, { without: blue.loadBalancers })
    const balancers = [...blue.loadBalancers, ...others]
    await alarms.watchable(t, t.args.alarms)
    await t.run(build_release)
    const pin = await fleets.pin(t, blue)
    const green = await instances.launchLike(t, blue.launch, { like: blue, count: blue.desired })
    t.assign('deployment', green)
    await t.run(update_code)
    await t.run(validate_service)
    const image = instances.bake(t, green[0])
    await traffic.register(t, others, green, { replacing: blue })
    await fleets.attach(t, blue, green)
    await traffic.inService(t, balancers, green)
    await fleets.relaunchWith(t, blue, await image)
    await traffic.deregister(t, others, blue.instances)
    await fleets.standby(t, blue, blue.instances)
    await t.keep(t.args.keepBlue, async (watch) => {
      await traffic.healthy(watch, balancers, green)
      await fleets.healthy(watch, blue, green)
      await alarms.calm(watch, t.args.alarms)
    })
    await t.commit()
    await fleets.retire(t, blue, blue.instances)
    await fleets.unpin(t, pin)
    await fleets.show(t, blue)
  },
)
