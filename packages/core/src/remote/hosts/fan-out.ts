import { setMaxListeners } from 'node:events'
import pMap from 'p-map'
import { formatDuration } from '../../duration.ts'
import { ViridianError } from '../../error.ts'
import type { HostSpec } from '../transport.ts'
import { failuresOf, type HostResult, HostsError, type HostsTold } from './hosts-error.ts'

/** A number of hosts, or a share of all of them. */
export type HostCount = number | `${number}%`

/**
 * What becomes of the others once too many hosts have failed. `stop`: those begun are ended at once. `finish`: those begun
 * finish, no further one begins. `continue`: all hosts are run, and the task fails in the end.
 */
export type OnFailure = (typeof onFailures)[number]

export const onFailures = ['stop', 'finish', 'continue'] as const

export interface FanOutOptions {
  /** Hosts at a time. @default 50 */
  readonly concurrency?: number
  /**
   * Sizes of the batches that the hosts are taken in, the last one repeated: `[1, 5, '20%']`. A batch begins when
   * the one before it has ended. @default all hosts at once
   */
  readonly batches?: readonly HostCount[]
  /** Called between two batches, with what came of the hosts before it and the number of those behind; not when no further one begins. */
  readonly between?: (ended: readonly HostResult[], left: number) => Promise<void>
  /** How many hosts may fail. @default 0 */
  readonly maxFailures?: HostCount
  /** @default finish */
  readonly onFailure?: OnFailure
  /** Milliseconds for all hosts together: those that are running then are ended, and have failed. */
  readonly deadline?: number
  /** When aborted, no further host is begun. */
  readonly signal?: AbortSignal
}

/**
 * Runs a function on every host at once, within limits. Gives every host's result in the order of the hosts; never rejects
 * for a host. The function's signal is aborted when its host is to end before the run does.
 */
export async function fanOut<Value>(
  hosts: readonly HostSpec[],
  run: (host: HostSpec, signal: AbortSignal | undefined) => Promise<Value>,
  options: FanOutOptions = {},
): Promise<HostResult<Value>[]> {
  const { concurrency = 50, onFailure = 'finish' } = options
  const tolerated = countOf(options.maxFailures ?? 0, hosts.length)
  const stop =
    onFailure === 'stop' || options.deadline !== undefined
      ? new Stop(options.signal, options.deadline)
      : undefined
  const signal = stop?.signal ?? options.signal
  let failures = 0
  const isOver = (): boolean => (failures > tolerated && onFailure !== 'continue') || signal?.aborted === true
  const each = async (host: HostSpec): Promise<HostResult<Value>> => {
    if (isOver()) return { host, status: 'skipped', ms: 0 }
    const began = performance.now()
    const ms = (): number => performance.now() - began
    try {
      const value = await run(host, stop?.signal)
      return { host, status: 'done', value, ms: ms() }
    } catch (error) {
      if (stop !== undefined && error === stop.others) return { host, status: 'stopped', ms: ms() }
      failures += 1
      if (failures > tolerated && onFailure === 'stop') stop?.pull()
      return { host, status: 'failed', error, ms: ms() }
    }
  }
  const results: HostResult<Value>[] = []
  try {
    for (const batch of batchesOf(hosts, options.batches)) {
      if (results.length > 0 && !isOver())
        await options.between?.([...results], hosts.length - results.length)
      results.push(...(await pMap(batch, each, { concurrency })))
    }
  } finally {
    stop?.release()
  }
  return results
}

/** Ends the hosts that are running: when too many others have failed, when their time is up, and with the run. */
class Stop {
  /** Why they are ended for the others' sake. */
  readonly others = new ViridianError('E_HOST_STOPPED', 'was ended, since too many other hosts have failed')
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout | undefined
  readonly #follow = (): void => this.#controller.abort(this.#outer?.reason)

  constructor(outer: AbortSignal | undefined, deadline: number | undefined) {
    this.#outer = outer
    outer?.addEventListener('abort', this.#follow, { once: true })
    if (outer?.aborted) this.#follow()
    if (deadline !== undefined)
      this.#timer = setTimeout(() => this.#controller.abort(late(deadline)), deadline)
    // Every host listens on it.
    setMaxListeners(0, this.signal)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  pull(): void {
    this.#controller.abort(this.others)
  }

  release(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#follow)
  }
}

const late = (deadline: number): ViridianError =>
  new ViridianError('E_TASK_TIMEOUT', `was ended: the task took longer than ${formatDuration(deadline)}`, {
    hint: 'give it a later deadline, or see what the hosts wait for',
  })

/** The failure that results amount to: more hosts failed than may, or some were never begun. */
export function hostsError(
  results: readonly HostResult[],
  maxFailures: HostCount = 0,
  what?: string,
  told: HostsTold = {},
): HostsError | undefined {
  const isTooMany = failuresOf(results).length > countOf(maxFailures, results.length)
  const isIncomplete = results.some(({ status }) => status === 'skipped' || status === 'stopped')
  return isTooMany || isIncomplete ? new HostsError(results, what, told) : undefined
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

/**
 * How many hosts of `total` are meant.
 *
 * @param what - whose number it is, as an error begins: `maxFailures`
 * @throws ViridianError `E_HOST_COUNT`
 */
export function countOf(count: HostCount, total: number, what?: string): number {
  const share = typeof count === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(count)?.[1] : undefined
  const number =
    share === undefined || Number(share) > 100 ? count : Math.floor((total * Number(share)) / 100)
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number
  const named = what === undefined ? '' : `${what}: `
  throw new ViridianError('E_HOST_COUNT', `${named}"${count}" is no number of hosts`, {
    hint: "write a number, or a share of all hosts such as '20%'",
  })
}
