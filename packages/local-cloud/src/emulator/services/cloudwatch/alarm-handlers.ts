import type { Dimension } from '@aws-sdk/client-cloudwatch'
import { AwsError } from '../../service.ts'
import { atMost, oneOf, required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { type Alarm, actionLists, describeAlarm } from './alarm.ts'
import type { AlarmActions } from './alarm-actions.ts'
import type { AlarmBook, CloudWatchHandlers } from './alarm-book.ts'
import { readAlarm, readName } from './alarm-input.ts'
import { tagsWith } from './tag-handlers.ts'

export const states = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const

/**
 * The operations on metric alarms. AWS evaluates an alarm by its metric; here its state is what SetAlarmState says,
 * so that a rehearsal decides when an alarm goes off. Actions are performed once a change of state.
 */
export function alarmHandlers(book: AlarmBook, actions: AlarmActions, region: string): CloudWatchHandlers {
  return {
    PutMetricAlarm(input) {
      const name = readName(input.AlarmName)
      // As on AWS, tags that come with an update are passed over.
      book.put(name, readAlarm(input, region), tagsWith({}, input.Tags ?? []))
      return {}
    },
    DescribeAlarms(input) {
      const { AlarmNames: names, AlarmNamePrefix: prefix = '', StateValue: state } = input
      if (names !== undefined && input.AlarmNamePrefix !== undefined) {
        throw validationError('AlarmNames and AlarmNamePrefix cannot be specified together.')
      }
      if (state !== undefined) oneOf(state, 'stateValue', states)
      const types = input.AlarmTypes ?? ['MetricAlarm']
      const all = book
        .all()
        .filter(({ name }) => names === undefined || atMost(names, 'alarmNames', 100).includes(name))
        .filter((alarm) => alarm.name.startsWith(prefix) && (state === undefined || alarm.state === state))
        .filter((alarm) => hasAction(alarm, input.ActionPrefix))
      const size = within(input.MaxRecords ?? 50, 'maxRecords', 1, 100)
      const page = pageOf(types.includes('MetricAlarm') ? all : [], size, input.NextToken, invalidToken)
      return {
        MetricAlarms: page.items.map(describeAlarm),
        CompositeAlarms: [],
        ...(page.next === undefined ? {} : { NextToken: page.next }),
      }
    },
    DescribeAlarmsForMetric(input) {
      const found = book.all().filter(({ settings }) => {
        return (
          settings.Namespace === input.Namespace &&
          settings.MetricName === input.MetricName &&
          sameDimensions(settings.Dimensions ?? [], input.Dimensions ?? []) &&
          (input.Statistic === undefined || settings.Statistic === input.Statistic) &&
          (input.ExtendedStatistic === undefined || settings.ExtendedStatistic === input.ExtendedStatistic) &&
          (input.Period === undefined || settings.Period === input.Period) &&
          (input.Unit === undefined || settings.Unit === input.Unit)
        )
      })
      if (input.Period !== undefined) within(input.Period, 'period', 1, Number.MAX_SAFE_INTEGER)
      return { MetricAlarms: found.map(describeAlarm) }
    },
    DeleteAlarms(input) {
      const names = atMost(required(input.AlarmNames, 'alarmNames'), 'alarmNames', 100)
      // One that is not there keeps them all.
      for (const alarm of names.map((name) => book.find(name))) book.remove(alarm)
      return {}
    },
    SetAlarmState(input) {
      const alarm = book.find(required(input.AlarmName, 'alarmName'))
      const state = oneOf(required(input.StateValue, 'stateValue'), 'stateValue', states)
      const reason = required(input.StateReason, 'stateReason')
      within(reason.length, 'stateReason', 0, 1023)
      if (input.StateReasonData !== undefined) readReasonData(input.StateReasonData)
      if (book.enter(alarm, state, reason, input.StateReasonData)) actions.run(alarm)
      return {}
    },
    EnableAlarmActions: (input) => switchActions(book, input.AlarmNames, true),
    DisableAlarmActions: (input) => switchActions(book, input.AlarmNames, false),
  }
}

/** The refusal of a page token that was never handed out. */
export function invalidToken(): AwsError {
  return new AwsError('InvalidNextToken', 'The next token is not valid.')
}

/** Whether two lists name the same dimensions, in whatever order. */
export function sameDimensions(one: readonly Dimension[], other: readonly Dimension[]): boolean {
  const text = (dimensions: readonly Dimension[]): string =>
    JSON.stringify(dimensions.map(({ Name, Value }) => [Name, Value]).sort())
  return text(one) === text(other)
}

function hasAction({ settings }: Alarm, prefix: string | undefined): boolean {
  if (prefix === undefined) return true
  return Object.values(actionLists).some((list) => settings[list]?.some((arn) => arn.startsWith(prefix)))
}

/** Names of no alarm are passed over. */
function switchActions(book: AlarmBook, names: readonly string[] | undefined, on: boolean): object {
  for (const name of atMost(required(names, 'alarmNames'), 'alarmNames', 100)) {
    const alarm = book.get(name)
    if (alarm !== undefined) book.put(name, { ...alarm.settings, ActionsEnabled: on })
  }
  return {}
}

function readReasonData(text: string): void {
  within(text.length, 'stateReasonData', 0, 4000)
  try {
    JSON.parse(text)
  } catch {
    throw new AwsError('InvalidFormat', 'The StateReasonData is not syntactically valid JSON.')
  }
}
