import { parseTimer } from '../duration.ts'
import { ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'
import { countOf, type FanOutOptions, type HostCount, onFailures } from '../remote/hosts/fan-out.ts'
import { type Retry, readRetry } from '../remote/running/retry.ts'
import type { ArgSpecs } from './args.ts'
import type { Batches, FanOutSettings } from './task.ts'

/** How a remote task spreads over its hosts: its settings, read. Nothing of them can fail once a host has begun. */
export interface Spread<Specs extends ArgSpecs> {
  readonly fanOut: Omit<FanOutOptions, 'between' | 'signal'>
  /** Milliseconds for each try on a host. */
  readonly timeout: number | undefined
  readonly retry: Retry
  /** Milliseconds between two batches. */
  readonly pause: number | undefined
  readonly check: Batches<Specs>['check']
}

/**
 * Reads the settings of a remote task, or of a call of one.
 *
 * @throws ViridianError `E_DURATION`, `E_HOST_COUNT`, `E_COMMAND_OPTION`, `E_TASK_SETTING`
 */
export function spreadOf<Specs extends ArgSpecs>(settings: FanOutSettings<Specs>): Spread<Specs> {
  const { concurrency, maxFailures, onFailure, timeout, deadline, retry } = settings
  const { sizes, pause, check } = batchesOf(settings.batches)
  if (concurrency !== undefined && !isConcurrency(concurrency))
    throw wrong(`concurrency: "${concurrency}" is no number of hosts at a time`, 'give 1 or more')
  if (onFailure !== undefined && !onFailures.includes(onFailure))
    throw wrong(
      `onFailure: there is no "${onFailure}"`,
      suggestion(String(onFailure), onFailures) ?? `there are ${onFailures.join(', ')}`,
    )
  if (check !== undefined && typeof check !== 'function')
    throw wrong('batches.check is no function', 'write it as check: async (t) => { … }')
  if (maxFailures !== undefined) countOf(maxFailures, 0, 'maxFailures')
  for (const size of sizes ?? []) {
    countOf(size, 0, 'batches')
    if (Number.parseFloat(String(size)) === 0)
      throw wrong(`batches: "${size}" is no number of hosts at a time`, 'give 1 or more, or a share')
  }
  return {
    fanOut: {
      ...(concurrency !== undefined && { concurrency }),
      ...(sizes && { batches: sizes }),
      ...(maxFailures !== undefined && { maxFailures }),
      ...(onFailure && { onFailure }),
      ...(deadline !== undefined && { deadline: parseTimer(deadline, 'deadline') }),
    },
    timeout: timeout === undefined ? undefined : parseTimer(timeout, 'timeout'),
    retry: readRetry(retry),
    pause: pause === undefined ? undefined : parseTimer(pause, 'batches.pause'),
    check,
  }
}

const wrong = (message: string, hint: string): ViridianError =>
  new ViridianError('E_TASK_SETTING', message, { hint })

const isConcurrency = (hosts: number): boolean =>
  (Number.isInteger(hosts) || hosts === Number.POSITIVE_INFINITY) && hosts >= 1

const isPlain = (batches: unknown): batches is readonly HostCount[] => Array.isArray(batches)

const batchMembers = ['sizes', 'pause', 'check']
const batchesHint =
  "write batches: [1, '20%'], or { sizes: [1, '20%'], pause: '30s', check: async (t) => { … } }"

function batchesOf<Specs extends ArgSpecs>(given: FanOutSettings<Specs>['batches']): Partial<Batches<Specs>> {
  if (given === undefined) return {}
  if (typeof given === 'number' || typeof given === 'string') return { sizes: [given] }
  const batches = isPlain(given) ? { sizes: given } : given
  const stray = Object.keys(batches ?? {}).find((member) => !batchMembers.includes(member))
  if (stray !== undefined)
    throw wrong(`batches.${stray} is no setting`, suggestion(stray, batchMembers) ?? batchesHint)
  // What no compiler has seen may have none.
  if (!isPlain(batches?.sizes) || batches.sizes.length === 0)
    throw wrong('batches: there are no sizes', batchesHint)
  return batches
}
