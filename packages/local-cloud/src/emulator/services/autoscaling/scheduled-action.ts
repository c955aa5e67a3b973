import { randomUUID } from 'node:crypto'
import type {
  ScheduledUpdateGroupAction,
  ScheduledUpdateGroupActionRequest,
} from '@aws-sdk/client-auto-scaling'
import { validationError, within } from '../constraint.ts'
import type { Group } from './group.ts'
import { nextTime } from './recurrence.ts'

/** A scheduled action as the store keeps it: times are ISO 8601. */
export interface ScheduledAction {
  readonly arn: string
  /** When it happens, or when it happens next. */
  readonly start: string
  readonly end?: string
  readonly recurrence?: string
  readonly timeZone?: string
  readonly min?: number
  readonly max?: number
  readonly desired?: number
  /** Its time came while the process was suspended: it happens no more. */
  readonly missed?: true
}

/** Reads a scheduled action from a request, with AWS's refusals. */
export function readAction(
  request: ScheduledUpdateGroupActionRequest,
  now: Date,
): Omit<ScheduledAction, 'arn'> {
  const { StartTime, EndTime, Recurrence, TimeZone, MinSize, MaxSize, DesiredCapacity } = request
  if (MinSize === undefined && MaxSize === undefined && DesiredCapacity === undefined)
    throw validationError('At least one of DesiredCapacity, MinSize or MaxSize must be specified')
  // Read even where a start is given: an expression that is wrong is refused now.
  const next = Recurrence === undefined ? undefined : nextTime(Recurrence, TimeZone, now)
  const start = StartTime ?? next
  if (start === undefined) throw validationError('Either a start time or a recurrence must be specified')
  if (start < now) throw validationError('Given start time is in the past')
  if (EndTime && EndTime < (StartTime ?? now))
    throw validationError('Given end time is before the start time')
  return {
    start: start.toISOString(),
    ...(EndTime && { end: EndTime.toISOString() }),
    ...(Recurrence !== undefined && { recurrence: Recurrence }),
    ...(TimeZone !== undefined && { timeZone: TimeZone }),
    ...(MinSize !== undefined && { min: within(MinSize, 'minSize', 0, 10_000) }),
    ...(MaxSize !== undefined && { max: within(MaxSize, 'maxSize', 0, 10_000) }),
    ...(DesiredCapacity !== undefined && { desired: within(DesiredCapacity, 'desiredCapacity', 0, 10_000) }),
  }
}

/** The ARN of a new scheduled action. */
export function scheduledActionArn(group: Pick<Group, 'arn' | 'name'>, name: string): string {
  const owner = group.arn.split(':').slice(0, 5).join(':')
  return `${owner}:scheduledUpdateGroupAction:${randomUUID()}:autoScalingGroupName/${group.name}:scheduledActionName/${name}`
}

/** A group's scheduled actions as DescribeScheduledActions shows them. */
export function describeActions(group: Group): ScheduledUpdateGroupAction[] {
  return Object.entries(group.scheduled ?? {}).map(([name, action]) => {
    const StartTime = new Date(action.start)
    return {
      AutoScalingGroupName: group.name,
      ScheduledActionName: name,
      ScheduledActionARN: action.arn,
      StartTime,
      Time: StartTime,
      ...(action.end === undefined ? {} : { EndTime: new Date(action.end) }),
      ...(action.recurrence === undefined ? {} : { Recurrence: action.recurrence }),
      ...(action.timeZone === undefined ? {} : { TimeZone: action.timeZone }),
      ...(action.min === undefined ? {} : { MinSize: action.min }),
      ...(action.max === undefined ? {} : { MaxSize: action.max }),
      ...(action.desired === undefined ? {} : { DesiredCapacity: action.desired }),
    }
  })
}

/**
 * The actions whose time has come, to be performed now. One that happens once leaves the group, one that recurs waits for
 * its next time. While the process is suspended none is performed, and none is made up for later.
 */
export function takeDue(group: Pick<Group, 'scheduled' | 'suspended'>, now: Date): ScheduledAction[] {
  const suspended = group.suspended.ScheduledActions !== undefined
  const all = Object.entries(group.scheduled ?? {})
  const due = all.filter(([, action]) => !action.missed && Date.parse(action.start) <= now.getTime())
  if (due.length === 0) return []
  const left = all.flatMap(([name, action]): [string, ScheduledAction][] => {
    const later = due.some(([other]) => other === name) ? afterwards(action, now, suspended) : action
    return later === undefined ? [] : [[name, later]]
  })
  group.scheduled = Object.fromEntries(left)
  return suspended ? [] : due.map(([, action]) => action)
}

/** What is left of an action whose time has come. */
function afterwards(action: ScheduledAction, now: Date, suspended: boolean): ScheduledAction | undefined {
  const { recurrence, timeZone, end } = action
  if (recurrence === undefined) return suspended ? { ...action, missed: true } : undefined
  const next = nextTime(recurrence, timeZone, now)?.toISOString()
  return next === undefined || (end !== undefined && next > end) ? undefined : { ...action, start: next }
}
