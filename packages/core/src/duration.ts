import { ViridianError } from './error.ts'

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }
const part = /(\d+(?:\.\d+)?)(ms|[dhms])/g
const whole = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/

/** What Node's timers hold: with more they end at once. */
export const longestTimer = 2 ** 31 - 1

/**
 * Reads a duration: a number of milliseconds, or text such as `500ms`, `30s`, `10m`, `1h30m`, `2d`.
 *
 * @param what - whose duration it is, as an error begins: `--timeout`
 * @returns milliseconds
 * @throws ViridianError `E_DURATION` for anything else, a negative number, or a number in text without its unit
 *
 * @example
 * ```ts
 * parseDuration('1h30m') // 5_400_000
 * parseDuration(250) // 250
 * ```
 */
export function parseDuration(duration: string | number, what?: string): number {
  if (typeof duration === 'number' && Number.isFinite(duration) && duration >= 0) return duration
  // A task file in JavaScript may hold anything.
  if (typeof duration !== 'string') throw notADuration(String(duration), what)
  const text = duration.replaceAll(' ', '')
  if (text === '0') return 0
  if (!whole.test(text)) throw notADuration(`"${duration}"`, what)
  return [...text.matchAll(part)].reduce((sum, [, amount, unit]) => sum + Number(amount) * sizeOf(unit), 0)
}

/**
 * Reads the duration of a wait or a limit, which a timer is to hold.
 *
 * @throws ViridianError `E_DURATION` also for one that is too long for it
 */
export function parseTimer(duration: string | number, what?: string): number {
  const length = parseDuration(duration, what)
  if (length <= longestTimer) return length
  throw new ViridianError('E_DURATION', said(what, `${formatDuration(length)} is too long`), {
    hint: 'a wait or a limit has 24 days at most; where none is given, there is no limit',
  })
}

/**
 * Writes milliseconds as `parseDuration` reads them, in whole milliseconds: `1h30m`, `2s500ms`, `0s`.
 *
 * @example
 * ```ts
 * formatDuration(5_400_000) // '1h30m'
 * ```
 */
export function formatDuration(milliseconds: number): string {
  let rest = Math.round(milliseconds)
  let text = ''
  for (const [unit, size] of Object.entries(units)) {
    const amount = Math.floor(rest / size)
    rest -= amount * size
    if (amount > 0) text += `${amount}${unit}`
  }
  return text || '0s'
}

/** Milliseconds as a person reads them at a glance: `85ms`, `3.2s`, `1m 04s`, `2h 05m`, `3d 02h`. */
export function elapsed(ms: number): string {
  if (ms < 99.5) return `${Math.round(ms)}ms`
  if (ms < 59_950) return `${(ms / units.s).toFixed(1)}s`
  if (ms < units.h - 500) return pair(ms, 'm', 's', 60)
  return ms < units.d - units.m / 2 ? pair(ms, 'h', 'm', 60) : pair(ms, 'd', 'h', 24)
}

/** In whole small units, of which a large one has so many. */
function pair(ms: number, large: 'd' | 'h' | 'm', small: 'h' | 'm' | 's', many: number): string {
  const whole = Math.round(ms / units[small])
  return `${Math.floor(whole / many)}${large} ${String(whole % many).padStart(2, '0')}${small}`
}

function sizeOf(unit: string | undefined): number {
  return Object.entries(units).find(([name]) => name === unit)?.[1] ?? Number.NaN
}

const said = (what: string | undefined, text: string): string =>
  what === undefined ? text : `${what}: ${text}`

function notADuration(shown: string, what: string | undefined): ViridianError {
  // A flag is always a text.
  const orNumber = what?.startsWith('--') ? '' : ', or as a number of milliseconds'
  return new ViridianError('E_DURATION', said(what, `${shown} is not a duration`), {
    hint: `write it with its unit, such as 500ms, 30s, 10m or 1h30m${orNumber}`,
  })
}
