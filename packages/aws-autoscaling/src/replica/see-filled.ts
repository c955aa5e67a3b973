import { autoScalingApi, poll } from '@viridian/aws'
import { defineCheck, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { activityHistory } from '../activity-history.ts'
import { isHealthy, isInService, isLeaving, memberText, readGroup } from '../group.ts'

const Activities = z.object({
  Activities: z.array(
    z.object({
      Description: z.string().default(''),
      Cause: z.string().default(''),
      StatusCode: z.string(),
      StatusMessage: z.string().optional(),
    }),
  ),
})

const filledWithinMs = 1_800_000
/** AWS tries another zone after a failed launch, and replaces an unhealthy instance: now and then that helps. */
const lossesAllowed = 2

/**
 * Waits until a group has exactly as many instances as it shall have, all of them in service and healthy.
 *
 * @throws ViridianError `E_INSTANCE_LOST` with AWS's reason, as soon as launches fail, or instances are lost, again and again
 */
export const seeFilled = defineCheck({
  name: 'aws-autoscaling/see-filled',
  version: 1,
  input: z.strictObject({ group: z.string(), count: z.int(), graceSeconds: z.int() }),
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeScalingActivities'],
  title: ({ group, count }) => `see ${count} in service in ${group}`,
  run: ({ group, count, graceSeconds }, c) => {
    const shown = new Set<string>()
    return poll(c, {
      what: `${count} instances in service in ${group}`,
      deadlineMs: filledWithinMs + graceSeconds * 1000,
      hint: `a launching hook may hold them; ${activityHistory(group)}`,
      look: async () => {
        const { Instances } = await readGroup(c, group)
        for (const { InstanceId } of Instances) shown.add(InstanceId)
        const members = new Map(Instances.map((member) => [member.InstanceId, member]))
        const lost = [...shown].filter((id) => isLeaving(members.get(id)) || !isHealthy(members.get(id)))
        await refuseLosses(c, group, lost)
        const off = Instances.filter((member) => !isInService(member) || !isHealthy(member))
        if (Instances.length === count && off.length === 0) return { done: null }
        const waiting = off.map((member) => memberText(member.InstanceId, member))
        return { waiting: [`${Instances.length} of ${count}`, ...waiting].join(', ') }
      },
    })
  },
})

async function refuseLosses(c: StepContext, group: string, lost: readonly string[]): Promise<void> {
  const input = { AutoScalingGroupName: group, MaxRecords: 100 }
  const { Activities: all } = await autoScalingApi(c, 'DescribeScalingActivities', input, Activities)
  const failed = all.filter(
    ({ Description, StatusCode }) =>
      /^Launching/.test(Description) && /^(Failed|Cancelled)$/.test(StatusCode),
  )
  if (failed.length + lost.length <= lossesAllowed) return
  const ended = all.find(({ Description }) => /^Terminating/.test(Description))
  const reason = failed[0]?.StatusMessage ?? ended?.Cause ?? 'AWS gives no reason'
  const what = failed.length > 0 ? `${failed.length} launches failed` : `${lost.join(', ')} did not stay`
  throw new ViridianError('E_INSTANCE_LOST', `${group} cannot keep what it launches: ${what}: ${reason}`, {
    hint: `look at the image and at its health check first; ${activityHistory(group)}`,
    place: { call: 'autoscaling:DescribeScalingActivities' },
  })
}
