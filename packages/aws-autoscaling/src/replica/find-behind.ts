import { Fleet, isBoundTo, LoadBalancer, retiredTag } from '@viridian/aws'
import { defineRead, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { describeGroup } from '../describe-group.ts'
import { fleetLines } from '../fleet-lines.ts'
import { type Group, readGroups } from '../group.ts'
import { retirementOf } from '../retired/retired-tags.ts'

/**
 * Finds the one group that is bound to a balancer, and reads it. Those that a replica has taken the place of don't count.
 *
 * @throws ViridianError `E_GROUP_NONE`, `E_GROUP_AMBIGUOUS` with their names
 */
export const findBehind = defineRead({
  name: 'aws-autoscaling/find-behind',
  version: 4,
  input: z.strictObject({
    /** What people call it. */
    name: z.string(),
    balancers: z.array(LoadBalancer),
  }),
  output: Fleet,
  calls: describeGroup.calls,
  title: ({ name }) => `find the group behind ${name}`,
  details: (_input, fleet) => fleetLines(fleet),
  run: async ({ name, balancers }, c) => {
    const bound = (await readGroups(c)).filter(
      (group) => group.Status === undefined && balancers.some((balancer) => isBoundTo(group, balancer)),
    )
    const serving = bound.filter((group) => !isRetired(group))
    const [group, ...others] = serving.map(({ AutoScalingGroupName }) => AutoScalingGroupName)
    if (group === undefined) throw noneBehind(name, bound)
    if (others.length > 0)
      throw new ViridianError(
        'E_GROUP_AMBIGUOUS',
        `several groups are behind ${name}: ${[group, ...others].join(', ')}`,
        { hint: 'a replica takes the place of one group: detach the balancer from the others' },
      )
    return describeGroup.run({ group }, c)
  },
})

const isRetired = ({ Tags }: Group): boolean => Tags.some(({ Key }) => Key === retiredTag)

function noneBehind(name: string, [bound]: readonly Group[]): ViridianError {
  const place = { call: 'autoscaling:DescribeAutoScalingGroups' }
  const retirement = bound && retirementOf(bound.Tags)
  if (!retirement)
    return new ViridianError('E_GROUP_NONE', `no Auto Scaling group is behind ${name}`, {
      hint: 'attach the load balancer to the group whose instances serve it',
      place,
    })
  const { AutoScalingGroupName: group } = bound
  const { run, successor } = retirement
  return new ViridianError(
    'E_GROUP_NONE',
    `${group}, which is behind ${name}, is retired: run ${run} has put ${successor} in its place`,
    { hint: `point the name at the balancer of ${successor}, which serves now`, place },
  )
}
