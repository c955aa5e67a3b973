import { defineRead } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroup } from '../group.ts'
import { refuseInUse } from '../replica/delete-group.ts'

/**
 * Reads whether groups are empty, so that they can be deleted. A read and not a check: it is about the moment before they
 * are, also for a run that is resumed.
 *
 * @throws ViridianError `E_GROUP_IN_USE` when one has instances, or wants some
 */
export const readRemovable = defineRead({
  name: 'aws-autoscaling/read-removable',
  version: 1,
  input: z.strictObject({ groups: z.array(z.string()) }),
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ groups }) => `see ${groups.length === 1 ? 'group' : 'groups'} ${groups.join(', ')} empty`,
  run: async ({ groups }, c) => {
    for (const name of groups) {
      const { Instances, DesiredCapacity: wanted } = await readGroup(c, name)
      const ids = Instances.map(({ InstanceId }) => InstanceId)
      refuseInUse(name, wanted > ids.length ? [...ids, `${wanted - ids.length} on their way`] : ids)
    }
    return null
  },
})
