import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { autoScalingApi, findMade, ReplacementSettings } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroup } from './group.ts'
import { unlessDeleted } from './unless-deleted.ts'

const Input = z.strictObject({
  group: z.string(),
  from: ReplacementSettings,
  to: ReplacementSettings,
})
type Input = z.infer<typeof Input>

type Setting = keyof ReplacementSettings
const words: Readonly<Record<Setting, string>> = {
  capacityRebalance: 'capacity rebalancing',
  maxInstanceLifetime: 'maximum instance lifetime',
}
const settings: readonly Setting[] = ['capacityRebalance', 'maxInstanceLifetime']

/** What a group says that replaces no instance that is well. */
export const replacesNone: ReplacementSettings = { capacityRebalance: false, maxInstanceLifetime: 0 }

/** What a group says, as Auto Scaling describes it. */
export const replacementOf = ({
  CapacityRebalance,
  MaxInstanceLifetime,
}: Partial<Pick<AutoScalingGroup, 'CapacityRebalance' | 'MaxInstanceLifetime'>>): ReplacementSettings => ({
  capacityRebalance: CapacityRebalance ?? false,
  maxInstanceLifetime: MaxInstanceLifetime ?? 0,
})

/** In what two say different things. */
const differing = (one: ReplacementSettings, other: ReplacementSettings): Setting[] =>
  settings.filter((setting) => one[setting] !== other[setting])

/** Whether a group replaces instances that are well. */
export const replacesAny = (replacement: ReplacementSettings): boolean =>
  differing(replacement, replacesNone).length > 0

/** In words, what differs. */
export const replacementText = (one: ReplacementSettings, other: ReplacementSettings): string =>
  textOf(differing(one, other))

const textOf = (which: readonly Setting[]): string => which.map((setting) => words[setting]).join(' and ')

const replacementThing = (group: string): string => `group/${group}#replacement`

/** What is to become of what there was: what somebody else has set meanwhile stays. */
const following = (
  before: ReplacementSettings,
  { from, to }: Pick<Input, 'from' | 'to'>,
): ReplacementSettings => ({
  capacityRebalance:
    before.capacityRebalance === from.capacityRebalance ? to.capacityRebalance : before.capacityRebalance,
  maxInstanceLifetime:
    before.maxInstanceLifetime === from.maxInstanceLifetime
      ? to.maxInstanceLifetime
      : before.maxInstanceLifetime,
})

/**
 * Changes what a group replaces instances by that are well, for which there is no process to suspend
 * (`UpdateAutoScalingGroup`). What somebody else has changed meanwhile is left alone.
 */
export const changeReplacement = defineChange({
  name: 'aws-autoscaling/change-replacement',
  version: 1,
  input: Input,
  beforeSchema: ReplacementSettings,
  output: z.null(),
  calls: ['autoscaling:UpdateAutoScalingGroup', 'autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, from, to }) =>
    `turn ${replacesAny(to) ? 'on' : 'off'} ${replacementText(from, to)} of ${group}`,
  before: ({ group }, c) => readReplacement(c, group),
  run: async ({ group, from, to }, c) => {
    const wanted = following(c.before, { from, to })
    const left = replacementText(wanted, to)
    if (left !== '') c.progress(`left alone: somebody has changed ${left}`)
    await setReplacement(c, group, differing(c.before, wanted), wanted)
    return null
  },
  find: ({ group, from, to }, c) =>
    findMade(c, async () => {
      const wanted = following(c.before, { from, to })
      return differing(await readReplacement(c, group), wanted).length === 0
    }),
  undo: ({ group, from, to }, c) =>
    unlessDeleted(c, group, async () => {
      const made = following(c.before, { from, to })
      const now = await readReplacement(c, group)
      const own = differing(c.before, made)
      const changed = own.filter(
        (setting) => now[setting] !== made[setting] && now[setting] !== c.before[setting],
      )
      // Also what it says already: what was read may be older than the change.
      const given = own.filter((setting) => !changed.includes(setting))
      await setReplacement(c, group, given, c.before)
      if (changed.length === 0) return undefined
      return { leftAlone: `${textOf(changed)} of ${group}: somebody has changed it since` }
    }),
  touches: ({ group }) => [`group/${group}#capacity`],
  holds: ({ group, from, to }) =>
    replacesAny(to)
      ? {}
      : { [replacementThing(group)]: `group ${group}: ${replacementText(from, to)} turned off` },
  ends: ({ group }) => [replacementThing(group)],
})

const readReplacement = async (c: StepContext, group: string): Promise<ReplacementSettings> =>
  replacementOf(await readGroup(c, group))

async function setReplacement(
  c: StepContext,
  AutoScalingGroupName: string,
  which: readonly Setting[],
  { capacityRebalance, maxInstanceLifetime }: ReplacementSettings,
): Promise<void> {
  if (which.length === 0) return
  const input = {
    AutoScalingGroupName,
    ...(which.includes('capacityRebalance') && { CapacityRebalance: capacityRebalance }),
    ...(which.includes('maxInstanceLifetime') && { MaxInstanceLifetime: maxInstanceLifetime }),
  }
  await autoScalingApi(c, 'UpdateAutoScalingGroup', input, z.unknown())
}
