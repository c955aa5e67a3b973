import { within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { describeActivity } from './activity-log.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { invalidToken } from './launch-configuration.ts'

/** The history of groups, and the kinds of resources that no group here has. */
export function activityHandlers(book: GroupBook): AutoScalingHandlers {
  return {
    DescribeScalingActivities(input) {
      const name = input.AutoScalingGroupName
      const deleted = input.IncludeDeletedGroups === true
      if (name !== undefined && !deleted) book.find(name)
      const ids = input.ActivityIds ?? []
      const all = book.activities
        .all()
        .filter(({ group }) =>
          name === undefined ? deleted || book.group(group) !== undefined : group === name,
        )
        .filter(({ id }) => ids.length === 0 || ids.includes(id))
      const size = within(input.MaxRecords ?? 100, 'maxRecords', 1, 100)
      const page = pageOf(all, size, input.NextToken, invalidToken)
      return {
        Activities: page.items.map((record) => ({
          ...describeActivity(record),
          ...(book.group(record.group)?.arn === record.groupArn ? {} : { AutoScalingGroupState: 'Deleted' }),
        })),
        ...(page.next === undefined ? {} : { NextToken: page.next }),
      }
    },
    DescribeInstanceRefreshes(input) {
      book.find(input.AutoScalingGroupName)
      return { InstanceRefreshes: [] }
    },
  }
}
