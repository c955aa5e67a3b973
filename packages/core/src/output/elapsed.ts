/** Milliseconds as a person reads them at a glance: `85ms`, `3.2s`, `1m 04s`. */
export function elapsed(ms: number): string {
  if (ms < 100) return `${Math.round(ms)}ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, '0')}s`
}
