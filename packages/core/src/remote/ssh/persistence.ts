import { setTimeout as sleep } from 'node:timers/promises'
import { isViridianError } from '../../error.ts'
import type { AwaitedHosts } from './awaited-hosts.ts'
import type { Doors } from './doors.ts'
import { HostTime } from './host-time.ts'
import type { Target } from './target.ts'
import { isFinal, unreachable } from './unreachable.ts'

export interface Reach {
  readonly target: Target
  /** The name of its sshd. */
  readonly door: string
  readonly doors: Doors
  readonly signal: AbortSignal
  /** Told, once, of a host that lets itself be waited for. */
  readonly awaited: AwaitedHosts
}

// Most sshds that start, or are busy, are there by then.
const quietMs = 2_000

/** Tries until the host's time is up: a new machine's sshd comes up late, a busy one drops handshakes. */
export async function persist<Value>(
  { target, door, doors, signal, awaited }: Reach,
  attempt: (time: HostTime) => Promise<Value>,
): Promise<Value> {
  const time = new HostTime()
  let before: unknown
  let isTold = false
  for (let attempts = 0; ; attempts += 1) {
    try {
      return await attempt(time)
    } catch (error) {
      if (signal.aborted || (isViridianError(error) && !isPassing(error))) throw error
      if (isDropped(error)) doors.dropped(door)
      const pause = Math.min(3_000, 200 * 1.6 ** attempts) * (0.5 + Math.random())
      // A try that was cut short says less than the one before it.
      const isCut = before !== undefined && time.spent >= target.connectTimeout
      if (isFinal(error) || time.spent + pause >= target.connectTimeout)
        throw unreachable(target, isCut ? before : error)
      if (!isTold && time.spent >= quietMs) {
        isTold = true
        awaited.add(target, error)
      }
      before = error
      await sleep(pause, undefined, { signal })
    }
  }
}

/** A jump host that is lost can be connected to again, and what it cannot reach now may be on its way. */
function isPassing({ code, cause }: { code: string; cause?: unknown }): boolean {
  const isForbidden = cause instanceof Error && 'reason' in cause && cause.reason === 1
  return code === 'E_HOST_LOST' || (code === 'E_HOST_FORWARD' && !isForbidden)
}

function isDropped(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /before handshake/.test(error.message) || ('code' in error && error.code === 'ECONNRESET')
}
