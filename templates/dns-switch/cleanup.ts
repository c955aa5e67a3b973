import { balancerTitle, type Fleet, frontsOf, sourceName } from '@viridian/aws'
import type { UnusedImages } from '@viridian/aws-ec2'
import { recordThing } from '@viridian/aws-route53'
import { task, ViridianError } from '@viridian/core'
import { alarms, fleets, instances, names, record, set, traffic } from './deploy.ts'

export const cleanup_blue = task(
  {
    summary: 'Delete the fleets that the live one has taken the place of',
    args: { record, set },
    locks: ({ record }) => [recordThing(record)],
  },
  async (t) => {
    const retired = await fleets.retired(t, { record: t.args.record })
    const newest = retired.at(-1)
    if (!newest) return t.say(`Nothing to clean up: no fleet is retired for ${t.args.record}`)
    const www = await names.find(t, t.args.record, { set: t.args.set })
    if (!www.target) throw leadsNowhere(t.args.record)
    const green = await fleets.behind(t, await traffic.find(t, www.target.dnsName))
    await fleets.whole(t, green)
    await traffic.healthy(t, green.loadBalancers, green.instances)
    await alarms.served(t, green.loadBalancers, { since: newest.since })
    const blue = retired.map(({ fleet }) => fleet)
    const balancers = blue.flatMap(({ loadBalancers }) => loadBalancers)
    const sources = blue.map(({ launch }) => launch.source)
    await fleets.removable(t, blue)
    await traffic.removable(t, balancers, { without: blue })
    await names.unnamed(t, balancers)
    const watch = await alarms.concerning(t, blue)
    const used = blue.map(({ launch }) => launch.image)
    const images = await instances.unused(t, used, { without: sources })
    for (const line of listed(blue, watch, images)) t.say(line)
    await t.confirm('Delete all of this for good?')
    await t.commit()
    await alarms.remove(t, blue)
    for (const fleet of blue) await fleets.remove(t, fleet)
    await traffic.remove(t, balancers)
    await instances.removeImages(t, images.unused)
    await fleets.show(t, green)
  },
)

/** What is to be deleted, line by line, and which images stay. */
const listed = (blue: readonly Fleet[], watch: readonly string[], { unused, kept }: UnusedImages) => [
  'To delete:',
  ...blue.flatMap(({ name, launch, loadBalancers }) => [
    `  group ${name}, with its policies and schedules`,
    ...new Set([...frontsOf(loadBalancers), ...loadBalancers].map((each) => `  ${balancerTitle(each)}`)),
    `  ${launch.source.kind === 'launchConfiguration' ? 'launch configuration' : 'launch template version'} ${sourceName(launch.source)}, unless another group uses it`,
  ]),
  ...watch.map((name) => `  alarm ${name}`),
  ...unused.map((image) => `  image ${image}, with its snapshots`),
  ...kept.map(({ image, reason }) => `Image ${image} stays: ${reason}`),
]

const leadsNowhere = (record: string) =>
  new ViridianError(
    'E_RECORD_NONE',
    `${record} leads nowhere: nothing is known to serve in place of the retired fleets`,
    {
      hint: 'deploy first, or look who has deleted the record',
    },
  )
