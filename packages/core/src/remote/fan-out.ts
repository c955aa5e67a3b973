import pMap from 'p-map'
import { ViridianError } from '../error.ts'
import { failuresOf, type HostResult, HostsError } from './hosts-error.ts'
import type { HostSpec } from './transport.ts'

/** A number of hosts, or a share of all of them. */
export type HostCount = number | `${number}%`

export interface FanOutOptions {
  /** Hosts at a time. @default 50 */
  readonly concurrency?: number
  /**
   * Sizes of the batches that the hosts are taken in, the last one repeated: `[1, 5, '20%']`. A batch begins when
   * the one before it has ended. @default all hosts at once
   */
  readonly batches?: readonly HostCount[]
  /** How many hosts may fail before no further one is begun. Those begun finish in any case. @default 0 */
  readonly maxFailures?: HostCount
  /** When aborted, no further host is begun. */
  readonly signal?: AbortSignal
}

/** Runs a function on every host at once, within limits. Gives every host's result in the order of the hosts; never rejects for a host. */
export async function fanOut<Value>(
  hosts: readonly HostSpec[],
  run: (host: HostSpec) => Promise<Value>,
  options: FanOutOptions = {},
): Promise<HostResult<Value>[]> {
  const { concurrency = 50, signal } = options
  const tolerated = countOf(options.maxFailures ?? 0, hosts.length)
  let failures = 0
  const each = async (host: HostSpec): Promise<HostResult<Value>> => {
    if (failures > tolerated || signal?.aborted) return { host, status: 'skipped', ms: 0 }
    const began = performance.now()
    const ms = (): number => performance.now() - began
    try {
      const value = await run(host)
      return { host, status: 'done', value, ms: ms() }
    } catch (error) {
      failures += 1
      return { host, status: 'failed', error, ms: ms() }
    }
  }
  const results: HostResult<Value>[] = []
  for (const batch of batchesOf(hosts, options.batches))
    results.push(...(await pMap(batch, each, { concurrency })))
  return results
}

/** The failure that results amount to: more hosts failed than may, or some were never begun. */
export function hostsError(
  results: readonly HostResult[],
  maxFailures: HostCount = 0,
  what?: string,
): HostsError | undefined {
  const isTooMany = failuresOf(results).length > countOf(maxFailures, results.length)
  const isIncomplete = results.some(({ status }) => status === 'skipped')
  return isTooMany || isIncomplete ? new HostsError(results, what) : undefined
}

function batchesOf(hosts: readonly HostSpec[], sizes: readonly HostCount[] = []): (readonly HostSpec[])[] {
  const batches: (readonly HostSpec[])[] = []
  for (let start = 0; start < hosts.length; ) {
    const size = sizes[Math.min(batches.length, sizes.length - 1)]
    // A batch of no hosts would never come to an end.
    const length = size === undefined ? hosts.length : Math.max(1, countOf(size, hosts.length))
    batches.push(hosts.slice(start, start + length))
    start += length
  }
  return batches
}

function countOf(count: HostCount, total: number): number {
  const share = typeof count === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(count)?.[1] : undefined
  const number = share === undefined ? count : Math.floor((total * Number(share)) / 100)
  if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number
  throw new ViridianError('E_HOST_COUNT', `"${count}" is no number of hosts`, {
    hint: "write a number, or a share of all hosts such as '20%'",
  })
}
