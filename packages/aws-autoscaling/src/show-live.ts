import { type Fleet, LaunchSpec, retiredTag, sourceName } from '@viridian/aws'
import { defineCheck, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { describeGroup } from './describe-group.ts'
import { fleetLines } from './fleet-lines.ts'
import { readGroups } from './group.ts'
import { retirementOf } from './retired/retired-tags.ts'

/** Says at the end of the run what a group is made of now. A check, so that a resumed run says it too. */
export const showLive = defineCheck({
  name: 'aws-autoscaling/show-live',
  version: 2,
  input: z.strictObject({ group: z.string(), before: LaunchSpec }),
  output: z.null(),
  calls: describeGroup.calls,
  title: ({ group }) => `see what ${group} is made of now`,
  run: async ({ group, before }, c) => {
    const fleet = await describeGroup.run({ group }, c)
    const retired = await retiredFor(c, group)
    const text = linesOf(fleet, before, retired)
    c.emit({ kind: 'fleet.live', data: { fleet, before, retired }, text, atEnd: true })
    return null
  },
})

/** The groups whose place this one has taken. */
async function retiredFor(c: StepContext, group: string): Promise<string[]> {
  const groups = await readGroups(c, retiredTag)
  return groups
    .filter(({ Tags }) => retirementOf(Tags)?.successor === group)
    .map(({ AutoScalingGroupName }) => AutoScalingGroupName)
}

/** What is not as it should be of what was deployed. */
function warningOf({ instances, desired }: Fleet): string[] {
  const off = instances.filter(({ lifecycle, health }) => lifecycle !== 'InService' || health !== 'Healthy')
  const serving = instances.length - off.length
  if (serving === desired && off.length === 0) return []
  const others = off.length === 0 ? [] : [`not ${off.map(({ id }) => id).join(', ')}`]
  return [
    `  warning: ${[`${serving} of ${desired} serve`, ...others].join(', ')}: see in the group's activity history whether it replaces them`,
  ]
}

function linesOf(fleet: Fleet, before: LaunchSpec, retired: readonly string[]): string[] {
  const { launch } = fleet
  return [
    'Live now',
    ...fleetLines(fleet).map((line) => `  ${line}`),
    ...warningOf(fleet),
    ...(before.image === launch.image
      ? []
      : [`Kept, to deploy the earlier release again: ${sourceName(before.source)} with ${before.image}`]),
    ...(retired.length === 0 ? [] : [`At zero, until it is cleaned up: ${retired.join(', ')}`]),
  ]
}
