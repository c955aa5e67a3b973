import { type ErrorReport, isViridianError, reportOf, type ViridianError } from '../error.ts'
import type { RunHistory } from '../journal/history.ts'
import { FileLocks } from './file-locks.ts'
import { isHeld } from './held.ts'
import { dueOf, leftoversOf, type RunState, stateOf } from './run-state.ts'
import { RunStore } from './store.ts'

/** A run as `tasks runs --json` prints it, one a line: every member is always there. */
export interface RunLine {
  readonly kind: 'run'
  readonly run: string
  readonly task: string | null
  readonly stage: string | null
  /** `user@host`. */
  readonly by: string | null
  readonly at: string | null
  readonly state: RunState | 'damaged' | 'unreadable'
  /** Until when it keeps its way back open. */
  readonly until: string | null
  /** How long it took, in milliseconds. */
  readonly ms: number | null
  /** What is left and should not be, in words for a person. */
  readonly leftovers: readonly string[]
  /** The command that takes care of it. */
  readonly remedy: string | null
  /** Why the run ended, or why its journal or its lock cannot be read. */
  readonly error: ErrorReport | null
}

/** Every run on record, the newest first. */
export async function runLines(stateDirectory: string): Promise<RunLine[]> {
  const runs = await new RunStore(stateDirectory).list()
  const locks = new FileLocks(stateDirectory)
  const lines: RunLine[] = []
  for (const run of runs) lines.push('error' in run ? unread(run) : await lineOf(run, locks))
  return lines
}

async function lineOf(history: RunHistory, locks: FileLocks): Promise<RunLine> {
  try {
    return toldOf(history, stateOf(history, await isHeld(history, locks)))
  } catch (error) {
    if (!isViridianError(error)) throw error
    // One lock that cannot be read says nothing of other runs.
    return { ...known(history), state: 'unreadable', leftovers: [], remedy: null, error: reportOf(error) }
  }
}

function toldOf(history: RunHistory, state: RunState): RunLine {
  return {
    ...known(history),
    state,
    leftovers: leftoversOf(history, state),
    remedy: dueOf(history, state) ?? null,
    error: history.finished?.error ?? null,
  }
}

/** What its journal alone says. */
function known({ started, finished, kept }: RunHistory) {
  const { run, task, stage, by, at } = started
  return {
    kind: 'run' as const,
    run,
    task,
    stage,
    by: `${by.user}@${by.host}`,
    at,
    until: kept ?? null,
    ms: finished ? Date.parse(finished.at) - Date.parse(at) : null,
  }
}

const unread = ({ run, error }: { run: string; error: ViridianError }): RunLine => ({
  kind: 'run',
  run,
  task: null,
  stage: null,
  by: null,
  at: null,
  state: error.code.startsWith('E_JOURNAL') ? 'damaged' : 'unreadable',
  until: null,
  ms: null,
  leftovers: [],
  remedy: null,
  error: reportOf(error),
})
