import { autoScaling } from '@viridian/aws-autoscaling'
import { cloudWatch } from '@viridian/aws-cloudwatch'
import { ec2 } from '@viridian/aws-ec2'
import { elb } from '@viridian/aws-elb'
import { recordThing, route53 } from '@viridian/aws-route53'
import { task } from '@viridian/core'
import { build_release, release, update_code, validate_service } from './release.ts'

export const fleets = autoScaling()
export const instances = ec2({ ssh: { user: 'deploy' } })
export const traffic = elb()
export const names = route53()
export const alarms = cloudWatch()

export const record = { type: 'string', description: 'the name that users ask for' } as const
export const set = {
  type: 'string',
  optional: true,
  description: 'the set identifier of its record, where several weighted ones answer for it',
} as const

export const bluegreen_dns = task(
  {
    summary: 'Switch the name to a replica of the whole fleet',
    args: {
      record,
      set,
      release,
      group: {
        type: 'string',
        default: '',
        description: 'the Auto Scaling group, for a name that has no record yet',
      },
      port: {
        type: 'number',
        optional: true,
        description: "the balancer's port that is tried out, where no listener is one for HTTP or HTTPS",
      },
      alarms: { type: 'string[]', default: [], description: 'alarms that undo it when they go off' },
      keepBlue: { type: 'duration', default: '0s', description: 'how long the way back stays open' },
      quietFor: {
        type: 'duration',
        default: '3m',
        revisable: true,
        description: 'how long the old balancer must be without requests before it is retired',
      },
      quietWithin: {
        type: 'duration',
        default: '30m',
        revisable: true,
        description: 'how long to wait for that',
      },
      retireLoud: {
        type: 'boolean',
        default: false,
        revisable: true,
        description: 'retire it then all the same, whoever still asks there',
      },
      nameGone: {
        type: 'boolean',
        default: false,
        revisable: true,
        description: 'retire it though the name has been deleted since',
      },
    },
    locks: ({ record }) => [recordThing(record)],
  },
  async (t) => {
    const www = await names.find(t, t.args.record, { set: t.args.set })
    await names.askable(t, www)
    const front = www.target && (await traffic.find(t, www.target.dnsName))
    const blue = front ? await fleets.behind(t, front) : await fleets.describe(t, t.args.group)
    await names.unnamed(t, blue.loadBalancers, { without: www })
    const { port } = t.args
    await traffic.askable(t, blue.loadBalancers, { port })
    await alarms.watchable(t, t.args.alarms)
    await t.run(build_release)
    await fleets.pin(t, blue, { room: 0, heals: true })
    const deployment = await instances.launchLike(t, blue.launch, { like: blue, count: 1 })
    t.assign('deployment', deployment)
    await t.run(update_code)
    await t.run(validate_service)
    const image = instances.bake(t, deployment[0])
    const fronts = await traffic.replicate(t, blue.loadBalancers)
    const replica = await fleets.replicate(t, blue, fronts)
    const watch = await alarms.replicate(t, replica.counterparts)
    await fleets.relaunchWith(t, replica.fleet, await image)
    await instances.terminate(t, deployment)
    const green = await fleets.fill(t, replica.fleet, { like: blue })
    await traffic.inService(t, green.loadBalancers, green.instances)
    const smoke = { path: '/', host: t.args.record, port, expect: { version: t.args.release } }
    await traffic.smoke(t, green.loadBalancers, smoke)
    await traffic.compare(t, blue.loadBalancers, green.loadBalancers)
    await fleets.compare(t, blue, green)
    await alarms.compare(t, replica.counterparts, watch)
    const switched = await t.now()
    const { to, forgotten } = await names.switch(t, www, { blue, green, balancers: fronts.names })
    await alarms.enable(t, watch.enabled)
    await fleets.unpin(t, replica.pin)
    await t.keep(t.args.keepBlue, async (guard) => {
      await names.resolves(guard, www, to)
      await traffic.smoke(guard, green.loadBalancers, smoke)
      await alarms.calm(guard, t.args.alarms, { copies: watch })
    })
    await names.unnamed(t, blue.loadBalancers, { without: www })
    await t.commit()
    const { quietFor, quietWithin: deadline, retireLoud } = t.args
    const wait = { since: switched.toISOString(), notBefore: forgotten, quietFor, deadline }
    await alarms.silent(t, blue.loadBalancers, { ...wait, otherwise: retireLoud ? 'go on' : 'fail' })
    await names.moved(t, www, { from: blue.loadBalancers, gone: t.args.nameGone })
    await alarms.disable(t, await alarms.concerning(t, [blue]))
    await fleets.scaleToZero(t, blue, { successor: green.name, record: t.args.record, since: switched })
    await fleets.show(t, green)
  },
)
