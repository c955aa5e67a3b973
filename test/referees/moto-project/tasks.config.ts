import { autoScaling } from '@viridian/aws-autoscaling'
import { cloudWatch } from '@viridian/aws-cloudwatch'
import { ec2 } from '@viridian/aws-ec2'
import { elb } from '@viridian/aws-elb'
import { defineConfig, task } from '@viridian/core'

const fleets = autoScaling()
const instances = ec2()
const traffic = elb()
const alarms = cloudWatch()

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
    await traffic.register(t, others, green, { replacing: blue })
    await fleets.attach(t, blue, green)
    await traffic.inService(t, balancers, green)
    await fleets.relaunchWith(t, blue, image)
    await traffic.deregister(t, others, blue.instances)
    await fleets.standby(t, blue, blue.instances)
    await traffic.healthy(t, balancers, green)
    await fleets.healthy(t, blue, green)
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
    const front = await traffic.find(t, `dualstack.${named.dnsName}.`)
    if (front.kind !== 'classic') throw new Error('no classic load balancer')
    const blue = [front]
    await traffic.askable(t, blue)
    const green = await traffic.replicate(t, blue)
    await traffic.compare(t, blue, green.balancers)
    if (t.args.fail) throw new Error('as asked')
    await traffic.removable(t, green.balancers)
    await t.commit()
    await traffic.remove(t, green.balancers)
  },
)

const policyOf = (group: string): string =>
  `arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:autoScalingGroupName/${group}:policyName/out`

/** The alarms of a fleet copied for another one, switched, and deleted; its traffic watched meanwhile. */
const watch = task(
  { summary: 'Copy the alarms of web for green', args: { fail: { type: 'boolean', default: false } } },
  async (t) => {
    const counterparts = {
      groups: { web: 'green' },
      balancers: { web: 'extra' },
      policies: { [policyOf('web')]: policyOf('green') },
    }
    const now = await t.now()
    const balancers = await traffic.describe(t, ['web'])
    const replica = await alarms.replicate(t, counterparts)
    await alarms.compare(t, counterparts, replica)
    await alarms.enable(t, replica.enabled)
    await alarms.disable(t, Object.keys(replica.alarms))
    await alarms.silent(t, balancers, { since: now.toISOString(), quietFor: 0, deadline: '1m' })
    await alarms.served(t, balancers, { since: new Date(now.getTime() - 600_000).toISOString() })
    if (t.args.fail) throw new Error('as asked')
    await t.commit()
    await alarms.remove(t, { groups: ['web'], balancers: ['web'] })
  },
)

/** A group replaced by a replica of it behind another balancer, without the switch of its name. */
const replace = task(
  {
    summary: 'Replace a group by a replica of it',
    args: { from: 'string', to: 'string', fail: { type: 'boolean', default: false } },
  },
  async (t) => {
    const [original, balancer] = await traffic.describe(t, [t.args.from, t.args.to])
    if (!original || !balancer) throw new Error('there are two balancers')
    const blue = await fleets.behind(t, original)
    await fleets.pin(t, blue, { room: 0, heals: true })
    const names = { [t.args.from]: t.args.to }
    const { fleet, pin } = await fleets.replicate(t, blue, { balancers: [balancer], names })
    await fleets.relaunchWith(t, fleet, blue.launch.image)
    const green = await fleets.fill(t, fleet, { like: blue })
    await fleets.compare(t, blue, green)
    await fleets.whole(t, green)
    if (t.args.fail) throw new Error('as asked')
    await t.commit()
    await fleets.unpin(t, pin)
    const now = await t.now()
    await fleets.scaleToZero(t, blue, { successor: green.name, record: 'www.example.com.', since: now })
    const retired = (await fleets.retired(t, { record: 'www.example.com.' })).map(({ fleet }) => fleet)
    await fleets.removable(t, retired)
    await fleets.remove(t, retired[0] ?? blue)
    await fleets.show(t, green)
  },
)

/** An image and a launch source with it that are made and removed again, as those of a fleet that is gone. */
const discard = task({ summary: 'Bake an image, and remove it', args: { group: 'string' } }, async (t) => {
  const blue = await fleets.describe(t, t.args.group)
  const made = await instances.launchLike(t, blue.launch, { like: blue, count: 1, trustConsole: false })
  const image = await instances.bake(t, made[0])
  const source = await fleets.copyLaunch(t, blue.launch, image)
  await fleets.copyLaunch(t, blue.launch, blue.launch.image)
  await instances.unused(t, [image], { without: [source] })
  await t.commit()
  await fleets.remove(t, { ...blue, name: 'gone', launch: { ...blue.launch, source } })
  await instances.removeImages(t, [image])
  await instances.terminate(t, made)
})

export default defineConfig({
  plugins: [fleets, instances, traffic, alarms],
  tasks: { swap, spare, hold, watch, replace, mirror, discard },
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
