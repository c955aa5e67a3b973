import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration, longestTimer, parseTimer } from '../../duration.ts'
import { isViridianError, reportOf, ViridianError } from '../../error.ts'

/** How a command that fails is tried again. */
export interface Retry {
  /** Tries after the first one. */
  readonly times: number
  /** Before the first of them: milliseconds, or a duration such as `5s`. @default 1s */
  readonly delay?: number | string
  /** What each further delay is multiplied with. @default 2 */
  readonly backoff?: number
}

export interface RetryContext {
  /** When aborted, there is no further try. */
  readonly signal: AbortSignal
  /** Told of each further try before it is made. */
  readonly say: (text: string) => void
  /** Which failures may pass. @default those of a command, not those of reaching its host */
  readonly mayPass?: (error: unknown) => boolean
}

// A host that cannot be reached or logged in to has had its time already.
const passing = new Set([
  'E_COMMAND_FAILED',
  'E_COMMAND_TIMEOUT',
  'E_COMMAND_NOT_RUN',
  'E_HOST_LOST',
  'E_HOST_CHANNEL',
])

const isPassing = (error: unknown): boolean => isViridianError(error) && passing.has(error.code)

/** Attempts a command again as long as it fails, ends by its timeout, does not begin, or loses its connection. */
export async function withRetry<Value>(
  retry: number | Retry | undefined,
  { signal, say, mayPass = isPassing }: RetryContext,
  attempt: () => Promise<Value>,
): Promise<Value> {
  const { times, delay, backoff } = readRetry(retry)
  let pause = delay
  for (let left = times; left > 0; left -= 1) {
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error
      const [what] = reportOf(error).message.split('\n')
      say(`${what}; try ${times - left + 2} of ${times + 1} in ${formatDuration(pause)}`)
      // What an abort means to the command, the next attempt says.
      await sleep(pause, undefined, { signal }).catch(() => undefined)
      pause = Math.min(pause * backoff, longestTimer)
    }
  }
  return attempt()
}

/**
 * How often something is tried again, with the delay in milliseconds.
 *
 * @throws ViridianError `E_COMMAND_OPTION`, `E_DURATION`
 */
export function readRetry(retry: number | Retry | undefined): Required<Retry> & { readonly delay: number } {
  const given = typeof retry === 'object' ? retry : { times: retry ?? 0 }
  const { times, delay = '1s', backoff = 2, ...others } = given
  if (!Number.isInteger(times) || times < 0 || !(backoff > 0) || Object.keys(others).length > 0)
    throw notARetry()
  return { times, delay: parseTimer(delay, 'retry.delay'), backoff }
}

function notARetry(): ViridianError {
  return new ViridianError('E_COMMAND_OPTION', 'retry is a number of tries, or { times, delay, backoff }', {
    hint: "write retry: 3, or retry: { times: 3, delay: '5s', backoff: 2 }",
  })
}
