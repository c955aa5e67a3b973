import { oneOf, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import type { AlarmBook, CloudWatchHandlers } from './alarm-book.ts'
import { invalidToken } from './alarm-handlers.ts'

const types = ['ConfigurationUpdate', 'StateUpdate', 'Action'] as const

/** What happened to alarms, those that are gone too. */
export function historyHandlers(book: AlarmBook): CloudWatchHandlers {
  return {
    DescribeAlarmHistory(input) {
      const { AlarmName, HistoryItemType, StartDate, EndDate, ScanBy } = input
      if (HistoryItemType !== undefined) oneOf(HistoryItemType, 'historyItemType', types)
      const kinds = input.AlarmTypes ?? ['MetricAlarm']
      const found = book
        .history()
        .filter(({ alarm, type }) => {
          return (AlarmName ?? alarm) === alarm && (HistoryItemType ?? type) === type
        })
        .filter(({ at }) => {
          const time = Date.parse(at)
          return time >= (StartDate?.getTime() ?? time) && time <= (EndDate?.getTime() ?? time)
        })
      const ordered = ScanBy === 'TimestampAscending' ? found.reverse() : found
      const size = within(input.MaxRecords ?? 100, 'maxRecords', 1, 100)
      const page = pageOf(kinds.includes('MetricAlarm') ? ordered : [], size, input.NextToken, invalidToken)
      return {
        AlarmHistoryItems: page.items.map(({ alarm, at, type, summary, data }) => ({
          AlarmName: alarm,
          AlarmType: 'MetricAlarm' as const,
          Timestamp: new Date(at),
          HistoryItemType: type,
          HistorySummary: summary,
          HistoryData: JSON.stringify(data),
        })),
        ...(page.next === undefined ? {} : { NextToken: page.next }),
      }
    },
  }
}
