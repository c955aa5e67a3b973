import { sourceName } from '@viridian/aws'
import { defineCheck, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { lostFrom } from './attach-instances.ts'
import { describeGroup, launchOf } from './describe-group.ts'
import { type Group, isHealthy, isInService, isLeaving, memberText, readGroup } from './group.ts'
import { isLaunchedFrom } from './group-source.ts'

const Ids = z.array(z.string())

/**
 * Tests, without waiting, that what was attached is in service and healthy, and that every other member was there before,
 * or was launched from what the group launches from now.
 *
 * @throws ViridianError `E_INSTANCE_LOST`, `E_GROUP_CHANGED`
 */
export const testHealthy = defineCheck({
  name: 'aws-autoscaling/test-healthy',
  version: 1,
  input: z.strictObject({ group: z.string(), blue: Ids, green: Ids }),
  output: z.null(),
  calls: describeGroup.calls,
  title: ({ group, green }) => `see ${green.length} healthy in ${group}`,
  run: async ({ group: name, blue, green }, c) => {
    const group = await readGroup(c, name)
    const members = new Map(group.Instances.map((member) => [member.InstanceId, member]))
    const lost = green.filter((id) => !isInService(members.get(id)) || !isHealthy(members.get(id)))
    if (lost.length > 0)
      throw lostFrom(
        name,
        lost.map((id) => memberText(id, members.get(id))),
      )
    await refuseStrangers(c, group, [...blue, ...green])
    return null
  },
})

async function refuseStrangers(c: StepContext, group: Group, known: readonly string[]): Promise<void> {
  const others = group.Instances.filter((member) => !isLeaving(member) && !known.includes(member.InstanceId))
  if (others.length === 0) return
  const { source } = await launchOf(c, group)
  const strangers = others
    .filter((member) => !isLaunchedFrom(member, source))
    .map(({ InstanceId }) => InstanceId)
  if (strangers.length === 0) return
  const { AutoScalingGroupName: name } = group
  throw new ViridianError(
    'E_GROUP_CHANGED',
    `${name} has members that this run does not know, and that were not launched from ${sourceName(source)}: ${strangers.join(', ')}`,
    {
      hint: 'somebody has scaled the group meanwhile: run the task again, which replaces whoever is there by then',
      place: { call: 'autoscaling:DescribeAutoScalingGroups' },
    },
  )
}
