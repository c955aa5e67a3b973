// Longer than commands on hosts take to end. Steps that are under way are waited for besides.
const usualGraceMs = 10_000

/**
 * A function of the task file that does not listen to the signal must not keep a stopped run from its undo for ever.
 *
 * @param graceMs - how long it may take to end by itself once it is stopped
 * @throws the reason of the signal
 */
export async function unlessStopped<Value>(
  signal: AbortSignal,
  running: Promise<Value>,
  graceMs = usualGraceMs,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  let stop: () => void = () => undefined
  const stopped = new Promise<never>((_, reject) => {
    stop = () => {
      timer = setTimeout(() => reject(signal.reason), graceMs)
    }
  })
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await Promise.race([running, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(timer)
  }
}
