/**
 * Runs `body` until it settles, until `outer` is aborted, or for so many milliseconds at most. What it has begun is told by
 * its signal to end, and not waited for.
 *
 * @throws the reason of `outer`, or what `late` gives
 */
export async function timeLimited<Value>(
  ms: number | undefined,
  outer: AbortSignal | undefined,
  late: () => unknown,
  body: (signal: AbortSignal | undefined) => Promise<Value>,
): Promise<Value> {
  if (ms === undefined && outer === undefined) return body(undefined)
  const controller = new AbortController()
  const follow = (): void => controller.abort(outer?.reason)
  const timer = ms === undefined ? undefined : setTimeout(() => controller.abort(late()), ms)
  const { signal } = controller
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  outer?.addEventListener('abort', follow, { once: true })
  try {
    if (outer?.aborted) throw outer.reason
    return await Promise.race([body(signal), ended])
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', follow)
  }
}
