import { required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { invalidToken } from './launch-configuration.ts'

const types = [
  'autoscaling:EC2_INSTANCE_LAUNCH',
  'autoscaling:EC2_INSTANCE_LAUNCH_ERROR',
  'autoscaling:EC2_INSTANCE_TERMINATE',
  'autoscaling:EC2_INSTANCE_TERMINATE_ERROR',
  'autoscaling:TEST_NOTIFICATION',
]

/** The operations on notifications of groups. They are records here: nobody is notified. */
export function notificationHandlers(book: GroupBook): AutoScalingHandlers {
  return {
    PutNotificationConfiguration(input) {
      const group = book.find(input.AutoScalingGroupName)
      const topic = required(input.TopicARN, 'topicARN')
      const wanted = required(input.NotificationTypes, 'notificationTypes')
      const unknown = wanted.find((type) => !types.includes(type))
      if (unknown !== undefined) throw validationError(`"${unknown}" is not a valid Notification Type.`)
      if (!/^arn:[^:]+:sns:/.test(topic)) throw validationError(`Invalid SNS topic ARN: ${topic}`)
      group.notifications = { ...group.notifications, [topic]: [...new Set(wanted)] }
      book.changed()
      return {}
    },
    DeleteNotificationConfiguration(input) {
      const group = book.find(input.AutoScalingGroupName)
      const { [required(input.TopicARN, 'topicARN')]: _gone, ...others } = group.notifications ?? {}
      group.notifications = others
      book.changed()
      return {}
    },
    DescribeNotificationConfigurations(input) {
      const named = input.AutoScalingGroupNames ?? []
      const groups = named.length === 0 ? book.groups() : named.map((name) => book.find(name))
      const all = groups.flatMap(({ name: AutoScalingGroupName, notifications = {} }) =>
        Object.entries(notifications).flatMap(([TopicARN, wanted]) =>
          wanted.map((NotificationType) => ({ AutoScalingGroupName, TopicARN, NotificationType })),
        ),
      )
      const page = pageOf(
        all,
        within(input.MaxRecords ?? 50, 'maxRecords', 1, 100),
        input.NextToken,
        invalidToken,
      )
      return {
        NotificationConfigurations: [...page.items],
        ...(page.next === undefined ? {} : { NextToken: page.next }),
      }
    },
    DescribeAutoScalingNotificationTypes: () => ({ AutoScalingNotificationTypes: types }),
  }
}
