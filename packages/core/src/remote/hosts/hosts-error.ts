import { reportOf, ViridianError } from '../../error.ts'
import { placeText } from '../../error-place.ts'
import type { HostSpec } from '../transport.ts'
import { hostNames } from './host-names.ts'
import { type HostReason, reasonLines } from './reasons.ts'

/** How a task ended on one host. */
export type HostResult<Value = unknown> = {
  readonly host: HostSpec
  /** Milliseconds. */
  readonly ms: number
} & (
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'failed'; readonly error: unknown }
  /** Ended in mid-task, since too many others had failed. */
  | { readonly status: 'stopped' }
  /** Not begun: too many others had failed, or the run stopped. */
  | { readonly status: 'skipped' }
)

/** What an error about hosts is to know of them. */
export interface HostsTold {
  /** They are of this run alone: it has found or made them itself, and a later one may not have them. @default false */
  readonly isOfRun?: boolean
}

const hints = {
  chosen: 'with --failed it runs on these hosts alone; --verbose shows every command too',
  ofRun: 'all that the hosts said stands above; --verbose shows every command too',
}

/**
 * A task failed on some of its hosts. `results` has every host's own end, in the order of the role.
 *
 * @example
 * ```ts
 * try {
 *   await t.run(restart)
 * } catch (error) {
 *   if (error instanceof HostsError) t.say(`not restarted: ${error.failed.map(({ host }) => host.name).join(', ')}`)
 *   throw error
 * }
 * ```
 */
export class HostsError extends ViridianError {
  /** Every host's own end, in the order of the role. */
  readonly results: readonly HostResult[]

  /** @param what - what failed: the task's name */
  constructor(results: readonly HostResult[], what = 'the task', { isOfRun = false }: HostsTold = {}) {
    const failed = failuresOf(results)
    const stopped = namesOf(results, 'stopped')
    const skipped = namesOf(results, 'skipped')
    const counts = [
      failed.length > 0
        ? `${what} failed on ${failed.length} of ${results.length} hosts`
        : `${what} was not finished on all of ${results.length} hosts`,
      ...(stopped.length > 0 ? [`${stopped.length} ended`] : []),
      ...(skipped.length > 0 ? [`${skipped.length} not begun`] : []),
    ]
    const rest = [
      ...(stopped.length > 0 ? [`  ended: ${hostNames(stopped)}`] : []),
      ...(skipped.length > 0 ? [`  not begun: ${hostNames(skipped)}`] : []),
    ]
    const hint = failed.map(({ error }) => reportOf(error).hint).find(Boolean)
    super('E_HOSTS_FAILED', [counts.join(', '), ...reasonLines(failed.map(reasonOf)), ...rest].join('\n'), {
      hint: hint ?? (isOfRun ? hints.ofRun : hints.chosen),
      ...(failed.length === 1 && failed[0] && { place: { host: failed[0].host.name } }),
    })
    this.results = results
  }

  /** Those on which it failed, each with its error. */
  get failed(): readonly (HostResult & { status: 'failed' })[] {
    return failuresOf(this.results)
  }
}

export function failuresOf(results: readonly HostResult[]): (HostResult & { status: 'failed' })[] {
  return results.filter((result) => result.status === 'failed')
}

const namesOf = (results: readonly HostResult[], status: HostResult['status']): string[] =>
  results.filter((result) => result.status === status).map(({ host }) => host.name)

function reasonOf({ host, error }: HostResult & { status: 'failed' }): HostReason {
  const { message, place, causes = [] } = reportOf(error)
  const { file, line } = place ?? {}
  const isTold = file !== undefined && line === undefined && message.includes(file)
  // The host is what the reason is told of.
  const at = isTold ? undefined : placeText({ ...place, host: undefined })
  const because = [
    ...(at === undefined ? [] : [`at ${at}`]),
    ...causes.map((cause) => `caused by ${cause.split('\n', 1).join()}`),
  ]
  return { name: host.name, address: host.address, message, because }
}
