import { autoScalingApi, findMade } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findGroup } from '../group.ts'
import { readNotifications } from './original.ts'

/**
 * Lets a group tell a topic what another group tells it (`PutNotificationConfiguration`; AWS sends the topic a test
 * notification). Its undo does nothing: the group's deletion takes it.
 */
export const putNotifications = defineChange({
  name: 'aws-autoscaling/put-notifications',
  version: 1,
  input: z.strictObject({ group: z.string(), from: z.string(), topic: z.string() }),
  beforeSchema: z.null(),
  output: z.null(),
  calls: [
    'autoscaling:PutNotificationConfiguration',
    'autoscaling:DescribeNotificationConfigurations',
    'autoscaling:DescribeAutoScalingGroups',
  ],
  title: ({ group, topic }) => `notify ${topic} of ${group}`,
  before: async () => null,
  run: async ({ group, from, topic }, c) => {
    const NotificationTypes = await toldTo(c, from, topic)
    if (NotificationTypes.length === 0) return null
    const input = { AutoScalingGroupName: group, TopicARN: topic, NotificationTypes }
    await autoScalingApi(c, 'PutNotificationConfiguration', input, z.unknown())
    return null
  },
  find: ({ group, topic }, c) =>
    findMade(
      c,
      async () => (await findGroup(c, group)) !== undefined && (await toldTo(c, group, topic)).length > 0,
    ),
  undo: async () => undefined,
  touches: ({ group }) => [`group/${group}`],
})

const toldTo = async (c: StepContext, group: string, topic: string): Promise<string[]> =>
  (await readNotifications(c, group))
    .filter(({ TopicARN }) => TopicARN === topic)
    .map(({ NotificationType = '' }) => NotificationType)
