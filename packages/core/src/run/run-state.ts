import type { RunHistory } from '../journal/history.ts'
import { undoable } from '../step/undo.ts'
import { standingOf } from './standing.ts'

/**
 * What became of a run:
 * - `running`: a process goes on with it, forwards or back
 * - `kept`: it keeps its way back open; `tasks rollback` goes back, `tasks resume` finishes a detached one
 * - `succeeded`: it came to its end
 * - `failed-undone`: it failed, and nothing of it is left but what commands did
 * - `failed-dirty`: it failed or was interrupted, and something is left
 * - `cancelled`: it was interrupted, and nothing of it is left but what commands did
 * - `crashed`: its process ended before it came to an end
 * - `left`: `tasks leave` has ended it as it was
 * - `rolled-back`: `tasks rollback` has taken it back
 */
export type RunState =
  | 'running'
  | 'kept'
  | 'succeeded'
  | 'failed-undone'
  | 'failed-dirty'
  | 'cancelled'
  | 'crashed'
  | 'left'
  | 'rolled-back'

/** @param isHeld - whether a process goes on with it */
export function stateOf({ finished, undoing, kept }: RunHistory, isHeld: boolean): RunState {
  if (kept !== undefined) return 'kept'
  if (isHeld) return 'running'
  if (!finished) return 'crashed'
  const { status, exitCode, leftovers } = finished
  if (status === 'left') return 'left'
  if (status === 'succeeded') return undoing ? 'rolled-back' : 'succeeded'
  if (exitCode === 3 || leftovers.length > 0) return 'failed-dirty'
  return status === 'cancelled' ? 'cancelled' : 'failed-undone'
}

/** What follows a commit and is not finished, as far as it has been begun. */
function unfinishedOf({ steps }: RunHistory): string {
  const open = [...steps.values()]
    .filter(({ intent, outcome }) => intent.type !== 'read' && outcome === undefined)
    .map(({ intent }) => intent.title)
  return ['what follows the commit is not finished', ...(open.length > 0 ? [open.join(', ')] : [])].join(': ')
}

/** What is left of a run whose process has ended, in words for a person. */
export function leftoversOf(history: RunHistory, state: RunState): readonly string[] {
  const { finished, committed, steps } = history
  // It is to stay.
  if (state === 'left') return []
  if (state !== 'crashed') return finished?.leftovers ?? []
  return committed
    ? [...standingOf(history).held, unfinishedOf(history)]
    : undoable(steps.values()).map(({ intent }) => intent.title)
}

/** The command that takes care of a run that is not over; undefined where nothing is to be done. */
export function dueOf(history: RunHistory, state: RunState): string | undefined {
  const leftovers = leftoversOf(history, state)
  const isOver =
    state === 'succeeded' || (state !== 'crashed' && state !== 'failed-dirty' && leftovers.length === 0)
  // Where nothing is to be taken back, the way is forward.
  return isOver ? undefined : remedyOf(history.started.run, history.committed || leftovers.length === 0)
}

/** The command that finishes what is left of a run, forwards or back. */
export const remedyOf = (run: string, isForward: boolean): string =>
  `tasks ${isForward ? 'resume' : 'rollback'} ${run}`

/** The command after which nobody waits for anything of a run any more. */
export const leaveOf = (run: string): string => `tasks leave ${run}`
