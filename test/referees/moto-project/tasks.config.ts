import { autoScaling } from '@viridian/aws-autoscaling'
import { ec2 } from '@viridian/aws-ec2'
import { elb } from '@viridian/aws-elb'
import { defineConfig, task } from '@viridian/core'

const fleets = autoScaling()
const instances = ec2()
const traffic = elb()

/** The AWS steps of the instance swap, without what needs machines: moto's instances are records. */
const swap = task(
  {
    summary: 'Replace the instances of a group',
    args: { group: 'string', balancers: 'string[]', fail: { type: 'boolean', default: false } },
    locks: ({ group }) => [`group/${group}`],
  },
  async (t) => {
    const blue = await fleets.describe(t, t.args.group)
    const others = await traffic.describe(t, t.args.balancers)
    const balancers = [...blue.loadBalancers, ...others]
    const pin = await fleets.pin(t, blue)
    const green = await instances.launchLike(t, blue.launch, { like: blue, trustConsole: false })
    const image = await instances.bake(t, green[0])
    await fleets.attach(t, blue, green)
    await traffic.register(t, others, green)
    await traffic.inService(t, balancers, green)
    await fleets.relaunchWith(t, blue, image)
    await traffic.deregister(t, others, blue.instances)
    await fleets.standby(t, blue, blue.instances)
    await traffic.healthy(t, balancers, green)
    if (t.args.fail) throw new Error('as asked')
    await t.commit()
    await fleets.retire(t, blue, blue.instances)
    await fleets.unpin(t, pin)
    await fleets.show(t, blue)
  },
)

/** An instance that is launched, looked at, and terminated again. */
const spare = task({ summary: 'Launch one more, and terminate it', args: { group: 'string' } }, async (t) => {
  const blue = await fleets.describe(t, t.args.group)
  const made = await instances.launchLike(t, blue.launch, { like: blue, count: 1, trustConsole: false })
  await instances.describe(t, made)
  await t.commit()
  await instances.terminate(t, made)
})

/** What a swap does behind its commit, where nothing is undone, done before it. */
const hold = task({ summary: 'Pin a group, let it go, and fail', args: { group: 'string' } }, async (t) => {
  const pin = await fleets.pin(t, await fleets.describe(t, t.args.group))
  await fleets.unpin(t, pin)
  throw new Error('as asked')
})

/** A balancer found by its name, copied, compared with its copy, and the copy deleted again. */
const mirror = task(
  {
    summary: 'Copy a load balancer, and delete the copy',
    args: { balancer: 'string', fail: { type: 'boolean', default: false } },
  },
  async (t) => {
    const [named] = await traffic.describe(t, [t.args.balancer])
    if (named?.kind !== 'classic') throw new Error('a classic load balancer')
    const blue = [await traffic.find(t, `dualstack.${named.dnsName}.`)]
    const green = await traffic.replicate(t, blue)
    await traffic.compare(t, blue, green.balancers)
    if (t.args.fail) throw new Error('as asked')
    await t.commit()
    await traffic.remove(t, green.balancers)
  },
)

export default defineConfig({
  plugins: [fleets, instances, traffic],
  tasks: { swap, spare, hold, mirror },
  stages: {
    moto: {
      env: {
        AWS_ENDPOINT_URL: process.env.MOTO_ENDPOINT ?? '',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'moto',
        AWS_SECRET_ACCESS_KEY: 'moto',
      },
    },
  },
})
