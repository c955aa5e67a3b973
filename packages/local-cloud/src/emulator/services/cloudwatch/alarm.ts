import type { MetricAlarm, PutMetricAlarmInput, StateValue } from '@aws-sdk/client-cloudwatch'

/** Everything that an alarm was given, in the API's own form. */
export type AlarmSettings = Omit<PutMetricAlarmInput, 'Tags' | 'AlarmName'>

/** A metric alarm as the store keeps it: plain JSON. Times are ISO 8601. */
export interface Alarm {
  readonly name: string
  readonly arn: string
  settings: AlarmSettings
  /** When `settings` were given. */
  configured: string
  state: StateValue
  reason: string
  reasonData?: string
  /** When the state was last set, and when it last became another. */
  stateUpdated: string
  stateChanged: string
  tags: Record<string, string>
}

/** The lists of actions, one a state. */
export const actionLists = {
  OK: 'OKActions',
  ALARM: 'AlarmActions',
  INSUFFICIENT_DATA: 'InsufficientDataActions',
} as const satisfies Record<StateValue, keyof AlarmSettings>

/** An alarm as DescribeAlarms shows it. */
export function describeAlarm(alarm: Alarm): MetricAlarm {
  return {
    ...alarm.settings,
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configured),
    StateValue: alarm.state,
    StateReason: alarm.reason,
    ...(alarm.reasonData === undefined ? {} : { StateReasonData: alarm.reasonData }),
    StateUpdatedTimestamp: new Date(alarm.stateUpdated),
    StateTransitionedTimestamp: new Date(alarm.stateChanged),
  }
}
