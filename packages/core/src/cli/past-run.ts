import { hostname } from 'node:os'
import { ViridianError } from '../error.ts'
import { historyOf, type RunHistory } from '../journal/history.ts'
import type { JournalRecord } from '../journal/record.ts'
import { execute } from '../run/execute.ts'
import { FileLocks, isAlive } from '../run/lease.ts'
import type { ExitCode } from '../run/outcome.ts'
import { rollback } from '../run/rollback.ts'
import { fileDigest, RunStore } from '../run/store.ts'
import { undoable } from '../step/undo.ts'
import { type ArgSpecs, type ArgValues, detailsOf, flagOf, parseArgs } from '../task/args.ts'
import { taskNamed } from '../task/tree.ts'
import type { Globals } from './globals.ts'
import type { Project } from './project.ts'
import { withSession } from './session.ts'

interface PastRun {
  readonly records: readonly JournalRecord[]
  readonly history: RunHistory
}

/** `tasks resume RUN`: goes on where a crashed run, or one that failed after its commit, has stopped. */
export async function resumeRun(project: Project, globals: Globals, run: string): Promise<ExitCode> {
  const { records, history } = await pastRun(project, run)
  const { finished, committed, undoing, started } = history
  if (undoing && (!finished || finished.exitCode === 3)) {
    throw new ViridianError('E_RUN_UNDOING', `run ${run} has begun to be taken back: it cannot go on`, {
      hint: `"tasks rollback ${run}" finishes that; then run the task anew`,
    })
  }
  if (finished && (finished.status === 'succeeded' || !committed)) {
    throw new ViridianError(
      'E_RUN_ENDED',
      `run ${run} has ended (${finished.status}): there is nothing to resume`,
    )
  }
  const task = taskNamed(project.loaded.config.tasks, started.task)
  const config = await fileDigest(project.loaded.file)
  const locks = new FileLocks(project.stateDirectory)
  const args = argsOf(history, task.args)
  return withSession(
    project,
    globals,
    { identity: identityOf(history), records },
    async (session, ledger) => {
      if (config !== started.config) {
        session.emit({
          kind: 'note',
          level: 'warning',
          text: 'the task file has changed since the run began',
        })
      }
      return (await execute({ session, ledger, task, args, mode: 'resume', locks, config })).exitCode
    },
  )
}

/** `tasks rollback [RUN]`: takes back what a crashed or failed run has made; without a name, the newest that left something. */
export async function rollBackRun(
  project: Project,
  globals: Globals,
  asked: string | undefined,
): Promise<ExitCode> {
  const run = asked ?? (await newestUndoable(project))
  const { records, history } = await pastRun(project, run)
  if (history.committed) {
    throw new ViridianError('E_RUN_COMMITTED', `run ${run} is committed: its way back is closed`, {
      hint: `"tasks resume ${run}" finishes it; to go back, deploy the earlier release`,
    })
  }
  const locks = new FileLocks(project.stateDirectory)
  return withSession(
    project,
    globals,
    { identity: identityOf(history), records },
    async (session, ledger) => {
      return (await rollback(session, ledger, history, locks)).exitCode
    },
  )
}

async function pastRun(project: Project, run: string): Promise<PastRun> {
  const records = await new RunStore(project.stateDirectory).read(run)
  const history = historyOf(records)
  if (!history)
    throw new ViridianError(
      'E_JOURNAL_DAMAGED',
      `the journal of run ${run} holds no beginning; nothing was done in it`,
      { hint: 'there is nothing to resume or to take back: its file can be removed' },
    )
  const { pid, host } = history.started.by
  if (!history.finished && host === hostname() && pid !== process.pid && isAlive(pid)) {
    throw new ViridianError('E_RUN_ALIVE', `run ${run} is still running, as process ${pid}`, {
      hint: 'interrupt it first: Ctrl-C, or kill -INT',
    })
  }
  return { records, history }
}

async function newestUndoable(project: Project): Promise<string> {
  let damaged: ViridianError | undefined
  for (const run of await new RunStore(project.stateDirectory).list()) {
    if ('error' in run) damaged ??= run.error
    else if (!run.committed && undoable(run.steps.values()).length > 0) return run.started.run
  }
  if (damaged) throw damaged
  throw new ViridianError('E_RUN_NONE', 'no run on record has left anything to take back', {
    hint: 'run "tasks runs" to see them',
  })
}

const identityOf = ({ started: { run, task, stage } }: RunHistory) => ({ id: run, task, stage })

function argsOf({ started }: RunHistory, specs: ArgSpecs): ArgValues<ArgSpecs> {
  for (const [name, spec] of Object.entries(specs)) {
    if (!detailsOf(spec).secret) continue
    throw new ViridianError(
      'E_ARG_MISSING',
      `--${flagOf(name)} is a secret, which no journal holds: the run cannot be resumed`,
      {
        hint: `"tasks rollback ${started.run}" needs none`,
      },
    )
  }
  const given = Object.entries(started.args).filter(([, value]) => value !== null)
  return parseArgs(started.task, specs, Object.fromEntries(given))
}
