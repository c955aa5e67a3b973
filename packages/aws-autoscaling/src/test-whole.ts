import { defineCheck, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isHealthy, isInService, memberText, readGroup } from './group.ts'

/**
 * Tests, without waiting, that a group has as many instances as it wants, all of them in service and healthy.
 *
 * @throws ViridianError `E_GROUP_NOT_WHOLE`
 */
export const testWhole = defineCheck({
  name: 'aws-autoscaling/test-whole',
  version: 1,
  input: z.strictObject({ group: z.string() }),
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ group }) => `see ${group} whole and healthy`,
  run: async ({ group }, c) => {
    const { DesiredCapacity: wanted, Instances: members } = await readGroup(c, group)
    const off = members.filter((member) => !isInService(member) || !isHealthy(member))
    if (wanted > 0 && members.length === wanted && off.length === 0) return null
    const reasons = [
      `it has ${members.length} instances and wants ${wanted}`,
      ...off.map((member) => memberText(member.InstanceId, member)),
    ]
    throw new ViridianError('E_GROUP_NOT_WHOLE', `${group} is not whole: ${reasons.join(', ')}`, {
      hint: "see why in the group's activity history; try again when it has healed",
      place: { call: 'autoscaling:DescribeAutoScalingGroups' },
    })
  },
})
