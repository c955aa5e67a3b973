import { hostname } from 'node:os'
import type { RunHistory } from '../journal/history.ts'
import { undoable } from '../step/undo.ts'
import { isAlive, type Lease } from './lease.ts'

/**
 * What became of a run. `kept`: its way back is open. `failed`: nothing had to be undone; `failed-undone`: what it had
 * changed is put back; `failed-dirty`: something is left. `cancelled`: interrupted, and put back. `crashed`: its process
 * is gone without an end. `taken-back`: by `tasks rollback`.
 */
export type RunState =
  | 'running'
  | 'kept'
  | 'succeeded'
  | 'failed'
  | 'failed-undone'
  | 'failed-dirty'
  | 'cancelled'
  | 'crashed'
  | 'taken-back'

/** @param lease - who holds the lock of the run itself, if it is held */
export function stateOf(
  { started, finished, undoing, kept }: RunHistory,
  lease: Lease | undefined,
): RunState {
  const { host, pid } = started.by
  if (kept !== undefined && (lease?.kept !== undefined || finished)) return 'kept'
  // A run that has just begun holds no lock yet.
  if (lease || (!finished && host === hostname() && isAlive(pid))) return 'running'
  if (!finished) return 'crashed'
  const { status, exitCode } = finished
  if (exitCode === 3) return 'failed-dirty'
  if (status === 'failed') return undoing ? 'failed-undone' : 'failed'
  return status === 'succeeded' && undoing ? 'taken-back' : status
}

export interface Remains {
  /** What a run has left, in words for a person. */
  readonly leftovers: readonly string[]
  /** The command that deals with it. */
  readonly remedy?: string
}

/** What an ended run has left, and the command that finishes it. */
export function remainsOf({ started, finished, committed, steps }: RunHistory, state: RunState): Remains {
  if (state === 'failed-dirty') {
    const remedy = `tasks ${committed ? 'resume' : 'rollback'} ${started.run}`
    return { leftovers: finished?.leftovers ?? [], remedy }
  }
  if (state !== 'crashed') return { leftovers: [] }
  if (committed) return { leftovers: ['what comes behind its commit'], remedy: `tasks resume ${started.run}` }
  const leftovers = undoable(steps.values()).map(({ intent }) => intent.title)
  return leftovers.length === 0 ? { leftovers } : { leftovers, remedy: `tasks rollback ${started.run}` }
}
