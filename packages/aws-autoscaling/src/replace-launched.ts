import { type LaunchSource, type LoadBalancer, lookFor, sourceName } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { endMember } from './end-member.ts'
import { type Group, isAside, isLeaving, type Member, readGroup } from './group.ts'
import { isLaunchedFrom } from './group-source.ts'
import { seeWhole } from './see-whole.ts'

interface Launched {
  readonly group: string
  /** What the group does not launch from any more. */
  readonly source: LaunchSource
  readonly loadBalancers: readonly LoadBalancer[]
}

/**
 * Has a group replace the members that it has launched from a source: ended by name, and seen replaced, some at a time.
 * What was attached was launched by nobody, and is left alone.
 */
export async function replaceLaunched(
  c: StepContext,
  { group: name, source, loadBalancers }: Launched,
): Promise<void> {
  // What it launches at this moment may not be shown yet.
  await lookFor(c, async () => {
    const group = await readGroup(c, name)
    return countedOf(group).length >= group.DesiredCapacity
  })
  for (let atOnce: number | undefined; ; ) {
    const group = await readGroup(c, name)
    const launched = group.Instances.filter((member) => !isLeaving(member) && isLaunchedFrom(member, source))
    if (launched.length === 0) return
    const counted = countedOf(group)
    const others = counted.filter((member) => !launched.includes(member))
    const see = { group: name, loadBalancers, besides: `what was launched from ${sourceName(source)}` }
    if (others.length > 0)
      await seeWhole(c, { ...see, wanted: 1, without: idsOf(launched), before: idsOf(others) })
    // Blue and what was attached serve both: half of them can be spared.
    atOnce ??= Math.max(1, Math.floor(others.length / 2))
    const next = launched.slice(0, atOnce)
    for (const id of idsOf(next)) await endMember(c, name, id, { replaced: true })
    const wanted = next.filter((member) => !isAside(member)).length
    await seeWhole(c, { ...see, wanted, without: idsOf([...counted, ...launched]), before: [] })
  }
}

/** Those that the group counts in what it wants. */
const countedOf = ({ Instances }: Group): Member[] =>
  Instances.filter((member) => !isLeaving(member) && !isAside(member))

const idsOf = (members: readonly Member[]): string[] => members.map(({ InstanceId }) => InstanceId)
