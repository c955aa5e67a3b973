import { balancerName, Fleet, LoadBalancer, retiredTag } from '@viridian/aws'
import { defineRead, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { describeGroup } from '../describe-group.ts'
import { type Group, readGroups } from '../group.ts'

/**
 * Finds the one group that is bound to a balancer, and reads it. Those that a replica has taken the place of don't count.
 *
 * @throws ViridianError `E_GROUP_NONE`, `E_GROUP_AMBIGUOUS` with their names
 */
export const findBehind = defineRead({
  name: 'aws-autoscaling/find-behind',
  version: 1,
  input: z.strictObject({ balancer: LoadBalancer }),
  output: Fleet,
  calls: describeGroup.calls,
  title: ({ balancer }) => `find the group behind ${balancerName(balancer)}`,
  run: async ({ balancer }, c) => {
    const bound = (await readGroups(c)).filter(
      (group) =>
        isBound(group, balancer) &&
        group.Status === undefined &&
        !group.Tags.some(({ Key }) => Key === retiredTag),
    )
    const [group, ...others] = bound.map(({ AutoScalingGroupName }) => AutoScalingGroupName)
    if (group === undefined)
      throw new ViridianError('E_GROUP_NONE', `no Auto Scaling group is behind ${balancerName(balancer)}`, {
        hint: 'attach the load balancer to the group whose instances serve it',
        place: { call: 'autoscaling:DescribeAutoScalingGroups' },
      })
    if (others.length > 0)
      throw new ViridianError(
        'E_GROUP_AMBIGUOUS',
        `several groups are behind ${balancerName(balancer)}: ${[group, ...others].join(', ')}`,
        { hint: 'a replica takes the place of one group: detach the balancer from the others' },
      )
    return describeGroup.run({ group }, c)
  },
})

const isBound = (group: Group, balancer: LoadBalancer): boolean =>
  balancer.kind === 'classic'
    ? group.LoadBalancerNames.includes(balancer.name)
    : group.TargetGroupARNs.includes(balancer.arn)
