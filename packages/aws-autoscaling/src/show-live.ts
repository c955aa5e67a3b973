import { type Fleet, LaunchSpec, sourceName } from '@viridian/aws'
import { defineCheck } from '@viridian/core'
import { z } from 'zod'
import { describeGroup } from './describe-group.ts'

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
    c.emit({ kind: 'fleet.live', data: { fleet, before }, text: linesOf(fleet, before), atEnd: true })
    return null
  },
})

function linesOf(fleet: Fleet, before: LaunchSpec): string[] {
  const { name, desired, min, max, launch, instances, loadBalancers } = fleet
  const balancers = loadBalancers.map((balancer) =>
    balancer.kind === 'classic' ? balancer.name : balancer.arn,
  )
  const behind = balancers.length > 0 ? ` behind ${balancers.join(', ')}` : ''
  return [
    'Live now',
    `  ${name}${behind}: ${desired} wanted (${min} to ${max}), launched from ${sourceName(launch.source)} with ${launch.image}`,
    ...instances.map(
      ({ id, zone, lifecycle, health }) => `  ${id}  ${zone}  ${lifecycle}, ${health.toLowerCase()}`,
    ),
    ...(before.image === launch.image
      ? []
      : [`Kept, to deploy the earlier release again: ${sourceName(before.source)} with ${before.image}`]),
  ]
}
