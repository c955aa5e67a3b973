import { Cron } from 'croner'
import { validationError } from '../constraint.ts'

/**
 * The first time after `after` at which a cron expression of five fields falls due.
 *
 * @throws AwsError `ValidationError` for an expression or a time zone that there is not.
 */
export function nextTime(recurrence: string, timeZone: string | undefined, after: Date): Date | undefined {
  return cronOf(recurrence, zoneOf(timeZone ?? 'Etc/UTC')).nextRun(after) ?? undefined
}

function cronOf(recurrence: string, timezone: string): Cron {
  try {
    return new Cron(recurrence, { timezone, mode: '5-part', paused: true })
  } catch {
    throw validationError(`Given recurrence string: ${recurrence} is invalid`)
  }
}

function zoneOf(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    throw validationError(`Given time zone: ${timeZone} is invalid`)
  }
}
