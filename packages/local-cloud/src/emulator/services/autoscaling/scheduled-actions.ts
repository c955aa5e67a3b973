import { randomUUID } from 'node:crypto'
import type {
  ScheduledUpdateGroupAction,
  ScheduledUpdateGroupActionRequest,
} from '@aws-sdk/client-auto-scaling'
import { AwsError } from '../../service.ts'
import { atMost, required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import type { Group } from './group.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { invalidToken } from './launch-configuration.ts'

/** A scheduled action as the store keeps it: times are ISO 8601. */
export interface ScheduledAction {
  readonly arn: string
  readonly start?: string
  readonly end?: string
  readonly recurrence?: string
  readonly timeZone?: string
  readonly min?: number
  readonly max?: number
  readonly desired?: number
}

/**
 * The operations on scheduled actions. One that is to happen once happens at its time and goes, unless the process is
 * suspended then; recurring ones are records here.
 */
export function scheduledActionHandlers(book: GroupBook): AutoScalingHandlers {
  const put = (group: Group, request: ScheduledUpdateGroupActionRequest): void => {
    const name = required(request.ScheduledActionName, 'scheduledActionName')
    const arn = group.scheduled?.[name]?.arn ?? arnOf(group, name)
    group.scheduled = { ...group.scheduled, [name]: { arn, ...readAction(request, book.now()) } }
  }
  const remove = (group: Group, name: string): void => {
    const { [name]: found, ...others } = group.scheduled ?? {}
    if (found === undefined) throw validationError(`Scheduled action name not found`)
    group.scheduled = others
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

const arnOf = (group: Group, name: string): string =>
  `${group.arn.split(':').slice(0, 5).join(':')}:scheduledUpdateGroupAction:${randomUUID()}:autoScalingGroupName/${group.name}:scheduledActionName/${name}`

function readAction(request: ScheduledUpdateGroupActionRequest, now: Date): Omit<ScheduledAction, 'arn'> {
  const { StartTime, EndTime, Recurrence, TimeZone, MinSize, MaxSize, DesiredCapacity } = request
  if (MinSize === undefined && MaxSize === undefined && DesiredCapacity === undefined)
    throw validationError('At least one of DesiredCapacity, MinSize or MaxSize must be specified')
  if (StartTime === undefined && Recurrence === undefined)
    throw validationError('Either a start time or a recurrence must be specified')
  if (StartTime && StartTime < now) throw validationError('Given start time is in the past')
  if (EndTime && EndTime < (StartTime ?? now))
    throw validationError('Given end time is before the start time')
  if (Recurrence !== undefined && Recurrence.trim().split(/\s+/).length !== 5)
    throw validationError(`Given recurrence string: ${Recurrence} is invalid`)
  return {
    ...(StartTime && { start: StartTime.toISOString() }),
    ...(EndTime && { end: EndTime.toISOString() }),
    ...(Recurrence !== undefined && { recurrence: Recurrence }),
    ...(TimeZone !== undefined && { timeZone: TimeZone }),
    ...(MinSize !== undefined && { min: within(MinSize, 'minSize', 0, 10_000) }),
    ...(MaxSize !== undefined && { max: within(MaxSize, 'maxSize', 0, 10_000) }),
    ...(DesiredCapacity !== undefined && { desired: within(DesiredCapacity, 'desiredCapacity', 0, 10_000) }),
  }
}

function describeActions(group: Group): ScheduledUpdateGroupAction[] {
  return Object.entries(group.scheduled ?? {}).map(([name, action]) => {
    const start =
      action.start === undefined ? {} : { StartTime: new Date(action.start), Time: new Date(action.start) }
    return {
      AutoScalingGroupName: group.name,
      ScheduledActionName: name,
      ScheduledActionARN: action.arn,
      ...start,
      ...(action.end === undefined ? {} : { EndTime: new Date(action.end) }),
      ...(action.recurrence === undefined ? {} : { Recurrence: action.recurrence }),
      ...(action.timeZone === undefined ? {} : { TimeZone: action.timeZone }),
      ...(action.min === undefined ? {} : { MinSize: action.min }),
      ...(action.max === undefined ? {} : { MaxSize: action.max }),
      ...(action.desired === undefined ? {} : { DesiredCapacity: action.desired }),
    }
  })
}

/** The actions that are due once and now; they leave the group. */
export function takeDue(group: Pick<Group, 'scheduled' | 'suspended'>, now: Date): ScheduledAction[] {
  if (group.suspended.ScheduledActions !== undefined) return []
  const isDue = ({ start, recurrence }: ScheduledAction): boolean =>
    start !== undefined && recurrence === undefined && Date.parse(start) <= now.getTime()
  const all = Object.entries(group.scheduled ?? {})
  const due = all.filter(([, action]) => isDue(action))
  if (due.length > 0) group.scheduled = Object.fromEntries(all.filter(([, action]) => !isDue(action)))
  return due.map(([, action]) => action)
}
