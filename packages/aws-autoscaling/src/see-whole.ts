import { inServiceWithinMs, type LoadBalancer, poll } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { endMember } from './end-member.ts'
import { isAside, isHealthy, isInService, isLeaving, memberText, readGroup } from './group.ts'
import { notServing } from './not-serving.ts'

const launchedWithinMs = 600_000

interface Wanted {
  readonly group: string
  readonly wanted: number
  /** Who does not count, and what that is in words. */
  readonly without: readonly string[]
  readonly besides: string
  /** Who was there before: of them the group's own word is enough. */
  readonly before: readonly string[]
  readonly loadBalancers: readonly LoadBalancer[]
}

/**
 * Waits until so many members of a group serve, besides some: in service and healthy, and whom it has launched since
 * behind its balancers too. As long as there are too few, the unhealthy are ended, so that the group launches others.
 */
export async function seeWhole(
  c: StepContext,
  { group, wanted, without, besides, before, loadBalancers }: Wanted,
): Promise<void> {
  const ended = new Set<string>()
  await poll(c, {
    what: `${wanted} of ${group} in service besides ${besides}`,
    deadlineMs: launchedWithinMs + inServiceWithinMs(loadBalancers),
    hint: "until then that stays: see in the group's activity history why it launches no others, and go back once more: tasks rollback",
    look: async () => {
      const seen = await readGroup(c, group)
      const members = seen.Instances.filter(
        (member) => !isLeaving(member) && !isAside(member) && !without.includes(member.InstanceId),
      )
      const serving = members.filter((member) => isInService(member) && isHealthy(member))
      const young = serving.map(({ InstanceId }) => InstanceId).filter((id) => !before.includes(id))
      const off = await notServing(c, seen, loadBalancers, young)
      const count = serving.length - off.ids.length
      if (count >= wanted) return { done: undefined }
      // What is once marked unhealthy stays so, and as long as the group is pinned it replaces nobody by itself.
      for (const { InstanceId: id } of members.filter(
        (member) => isInService(member) && !isHealthy(member),
      )) {
        if (ended.has(id)) continue
        ended.add(id)
        await endMember(c, group, id, { replaced: true })
      }
      const others = members.filter((member) => !serving.includes(member))
      const texts = [...others.map((member) => memberText(member.InstanceId, member)), ...off.texts]
      return { waiting: [`${count} of ${wanted}`, ...texts].join(', ') }
    },
  })
}
