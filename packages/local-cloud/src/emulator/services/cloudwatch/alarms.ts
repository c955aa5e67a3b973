import { type AlarmSettings, actionLists } from './alarm.ts'
import type { PerformAction } from './alarm-actions.ts'
import type { AlarmBook } from './alarm-book.ts'

/** What CloudWatch offers to the other services of the cloud, without the wire between them. */
export interface Alarms {
  /** Makes an alarm, or gives one other settings. */
  put(name: string, settings: AlarmSettings): NamedAlarm
  /** One that is gone is passed over. */
  delete(name: string): void
  /** The alarms that have this action, in any state. */
  naming(action: string): NamedAlarm[]
  /** Takes an action off every alarm; those left without any action stay, or go. */
  forget(action: string, emptied: 'stay' | 'go'): void
  /** Lets another service perform what alarms ask for. */
  performBy(perform: PerformAction): void
}

export interface NamedAlarm {
  readonly name: string
  readonly arn: string
}

export function alarmsOf(book: AlarmBook, performBy: Alarms['performBy']): Alarms {
  const lists = Object.values(actionLists)
  const actionsOf = (settings: AlarmSettings): string[] => lists.flatMap((list) => settings[list] ?? [])
  const having = (action: string) => book.all().filter(({ settings }) => actionsOf(settings).includes(action))
  return {
    put: (name, settings) => book.put(name, settings),
    delete(name) {
      const alarm = book.get(name)
      if (alarm !== undefined) book.remove(alarm)
    },
    naming: having,
    forget(action, emptied) {
      for (const alarm of having(action)) {
        const left = lists.map((list) => [list, (alarm.settings[list] ?? []).filter((arn) => arn !== action)])
        const settings = { ...alarm.settings, ...Object.fromEntries(left) }
        if (emptied === 'go' && actionsOf(settings).length === 0) book.remove(alarm)
        else book.put(alarm.name, settings)
      }
    },
    performBy,
  }
}
