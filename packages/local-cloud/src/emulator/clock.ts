/**
 * The cloud's sense of time. AWS counts in minutes what a rehearsal wants in seconds, so every duration that
 * AWS's API states (a health check's interval, a draining timeout, a grace period) and every latency that is
 * imitated (boot, image, INSYNC) passes through here.
 */
export interface Clock {
  /** Now, in real time: timestamps in answers are never scaled. */
  now(): Date
  /** Real milliseconds that `seconds` of AWS's time take here. */
  milliseconds(seconds: number): number
  /** Resolves after `seconds` of AWS's time, or rejects with the signal's reason. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>
}

/** A clock on which one second of AWS's time takes `scale` real seconds. */
export function scaledClock(scale: number): Clock {
  const milliseconds = (seconds: number): number => seconds * 1000 * scale
  return {
    now: () => new Date(),
    milliseconds,
    sleep: (seconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const stop = (): void => {
          clearTimeout(timer)
          reject(signal?.reason)
        }
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', stop)
          resolve()
        }, milliseconds(seconds))
        signal?.addEventListener('abort', stop, { once: true })
      }),
  }
}
