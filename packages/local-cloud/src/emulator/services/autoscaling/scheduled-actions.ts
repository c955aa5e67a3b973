import type { ScheduledUpdateGroupActionRequest } from '@aws-sdk/client-auto-scaling'
import { dictionary } from '../../dictionary.ts'
import { AwsError } from '../../service.ts'
import { atMost, named, required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import type { Group } from './group.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { invalidToken } from './launch-configuration.ts'
import { describeActions, readAction, scheduledActionArn } from './scheduled-action.ts'

/** The operations on scheduled actions. */
export function scheduledActionHandlers(book: GroupBook): AutoScalingHandlers {
  const put = (group: Group, request: ScheduledUpdateGroupActionRequest): void => {
    const name = named(request.ScheduledActionName, 'scheduledActionName')
    const arn = group.scheduled?.[name]?.arn ?? scheduledActionArn(group, name)
    group.scheduled = dictionary(group.scheduled, { [name]: { arn, ...readAction(request, book.now()) } })
  }
  const remove = (group: Group, name: string): void => {
    const scheduled = dictionary(group.scheduled)
    if (scheduled[name] === undefined) throw validationError(`Scheduled action name not found`)
    delete scheduled[name]
    group.scheduled = scheduled
  }
  return {
    PutScheduledUpdateGroupAction(input) {
      const group = book.find(input.AutoScalingGroupName)
      put(group, { ...input, StartTime: input.StartTime ?? input.Time })
      book.changed()
      return {}
    },
    BatchPutScheduledUpdateGroupAction(input) {
      const group = book.find(input.AutoScalingGroupName)
      const requests = required(input.ScheduledUpdateGroupActions, 'scheduledUpdateGroupActions')
      const failed = each(atMost(requests, 'scheduledUpdateGroupActions', 50), (request) => [
        request.ScheduledActionName,
        () => put(group, request),
      ])
      book.changed()
      return { FailedScheduledUpdateGroupActions: failed }
    },
    DeleteScheduledAction(input) {
      remove(
        book.find(input.AutoScalingGroupName),
        required(input.ScheduledActionName, 'scheduledActionName'),
      )
      book.changed()
      return {}
    },
    BatchDeleteScheduledAction(input) {
      const group = book.find(input.AutoScalingGroupName)
      const names = required(input.ScheduledActionNames, 'scheduledActionNames')
      const failed = each(atMost(names, 'scheduledActionNames', 50), (name) => [
        name,
        () => remove(group, name),
      ])
      book.changed()
      return { FailedScheduledActions: failed }
    },
    DescribeScheduledActions(input) {
      const { AutoScalingGroupName: name, ScheduledActionNames: named = [], StartTime, EndTime } = input
      const groups = name === undefined ? book.groups() : [book.find(name)]
      const all = groups
        .flatMap(describeActions)
        .filter(({ ScheduledActionName = '' }) => named.length === 0 || named.includes(ScheduledActionName))
        .filter(({ StartTime: start }) => !StartTime || !start || start >= StartTime)
        .filter(({ StartTime: start }) => !EndTime || !start || start <= EndTime)
      const page = pageOf(
        all,
        within(input.MaxRecords ?? 50, 'maxRecords', 1, 100),
        input.NextToken,
        invalidToken,
      )
      return {
        ScheduledUpdateGroupActions: [...page.items],
        ...(page.next === undefined ? {} : { NextToken: page.next }),
      }
    },
  }
}

/** Does each, and tells of those that are refused. */
function each<Item>(items: readonly Item[], work: (item: Item) => [string | undefined, () => void]) {
  return items.flatMap((item) => {
    const [ScheduledActionName, act] = work(item)
    try {
      act()
      return []
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return [{ ScheduledActionName, ErrorCode: error.code, ErrorMessage: error.message }]
    }
  })
}
