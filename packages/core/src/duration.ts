import { ViridianError } from './error.ts'

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }
const part = /(\d+(?:\.\d+)?)(ms|[dhms])/g
const whole = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/

/**
 * Reads a duration: a number of milliseconds, or text such as `500ms`, `30s`, `10m`, `1h30m`, `2d`.
 *
 * @returns milliseconds
 * @throws ViridianError `E_DURATION` for anything else, a negative number, or a number in text without its unit
 */
export function parseDuration(duration: string | number): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration
    throw notADuration(String(duration))
  }
  const text = duration.replaceAll(' ', '')
  if (text === '0') return 0
  if (!whole.test(text)) throw notADuration(`"${duration}"`)
  return [...text.matchAll(part)].reduce((sum, [, amount, unit]) => sum + Number(amount) * sizeOf(unit), 0)
}

/** Writes milliseconds as `parseDuration` reads them, in whole milliseconds: `1h30m`, `2s500ms`, `0s`. */
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

function sizeOf(unit: string | undefined): number {
  return Object.entries(units).find(([name]) => name === unit)?.[1] ?? Number.NaN
}

function notADuration(shown: string): ViridianError {
  return new ViridianError('E_DURATION', `${shown} is not a duration`, {
    hint: 'write it with its unit, such as 500ms, 30s, 10m or 1h30m, or as a number of milliseconds',
  })
}
