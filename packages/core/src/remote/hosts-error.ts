import { isViridianError, ViridianError } from '../error.ts'
import type { HostSpec } from './transport.ts'

/** How a task ended on one host. */
export type HostResult<Value = unknown> = {
  readonly host: HostSpec
  /** Milliseconds. */
  readonly ms: number
} & (
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'failed'; readonly error: unknown }
  /** Not begun: too many others had failed, or the run stopped. */
  | { readonly status: 'skipped' }
)

/**
 * A task failed on some of its hosts. `results` has every host's own end, in the order of the role.
 *
 * @example
 * ```ts
 * catch (error) {
 *   if (error instanceof HostsError) console.log(error.failed.map(({ host }) => host.name))
 * }
 * ```
 */
export class HostsError extends ViridianError {
  readonly results: readonly HostResult[]

  constructor(results: readonly HostResult[], cause?: unknown) {
    const failed = failuresOf(results)
    const skipped = results.filter(({ status }) => status === 'skipped').length
    const count = `failed on ${failed.length} of ${results.length} hosts`
    const rest = skipped > 0 ? `, ${skipped} not begun` : ''
    const lines = failed.map(({ host, error }) => `\n  ${host.name}: ${firstLine(host, error)}`)
    const hint = failed.map(({ error }) => (isViridianError(error) ? error.hint : undefined)).find(Boolean)
    super('E_HOSTS_FAILED', `${count}${rest}${lines.join('')}`, {
      ...(hint !== undefined && { hint }),
      ...(failed.length === 1 && failed[0] && { place: { host: failed[0].host.name } }),
      cause: cause ?? (failed.length === 1 ? failed[0]?.error : undefined),
    })
    this.results = results
  }

  get failed(): readonly (HostResult & { status: 'failed' })[] {
    return failuresOf(this.results)
  }
}

export function failuresOf(results: readonly HostResult[]): (HostResult & { status: 'failed' })[] {
  return results.filter((result) => result.status === 'failed')
}

// Messages of commands begin with the host's name themselves.
function firstLine(host: HostSpec, error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error)
  const [first = ''] = message.split('\n')
  return first.startsWith(`${host.name}: `) ? first.slice(host.name.length + 2) : first
}
