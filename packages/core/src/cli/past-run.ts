import { hostname } from 'node:os'
import type { Config } from '../config/config.ts'
import { isViridianError, ViridianError } from '../error.ts'
import { historyOf, type RunHistory } from '../journal/history.ts'
import type { JournalRecord } from '../journal/record.ts'
import { execute } from '../run/execute.ts'
import { FileLocks } from '../run/file-locks.ts'
import { isAlive, type Lease } from '../run/lease.ts'
import { runLock } from '../run/lock.ts'
import type { ExitCode } from '../run/outcome.ts'
import { requireSameAccount } from '../run/recorded-env.ts'
import { rollback } from '../run/rollback.ts'
import { identityOf } from '../run/run-identity.ts'
import { leaveOf } from '../run/run-state.ts'
import { secretsAmong } from '../run/secret-args.ts'
import { changesSince } from '../run/sources.ts'
import { isRehearsal, pluginsOf, stageOf } from '../run/stage.ts'
import { RunStore } from '../run/store.ts'
import { takeOver } from '../run/take-over.ts'
import { undoable } from '../step/undo.ts'
import { type ArgSpecs, type ArgValues, flagOf, parseArgs, revisableAmong } from '../task/args.ts'
import { taskNamed } from '../task/tree.ts'
import { type BuiltIn, builtIns } from './built-in.ts'
import type { Globals } from './globals.ts'
import type { Project } from './project.ts'
import { recordedProject } from './recorded-project.ts'
import { recalledSecrets } from './secret-flags.ts'
import { withSession } from './session.ts'

interface PastRun {
  readonly records: readonly JournalRecord[]
  readonly history: RunHistory
  /** The process that waits in it, with its way back open. */
  readonly waiting?: Lease
}

/** `tasks resume RUN`: goes on where a crashed run, or one that failed after its commit, has stopped. */
export async function resumeRun(
  project: Project,
  globals: Globals,
  run: string,
  given: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const { records, history } = await pastRun(project, run)
  const { finished, undoing, started } = history
  const resumed = asItIsNow(history, () => resumedTask(project, started))
  if (undoing && (!finished || finished.exitCode === 3)) {
    throw new ViridianError('E_RUN_UNDOING', `run ${run} has begun to be taken back: it cannot go on`, {
      hint: `"tasks rollback ${run}" finishes that; then run the task anew. Where it cannot, "${leaveOf(run)}" ends it as it is`,
    })
  }
  if (finished && !canGoOn(history)) {
    throw new ViridianError(
      'E_RUN_ENDED',
      `run ${run} has ended (${finished.status}): there is nothing to resume`,
      { hint: `"tasks runs" says what came of it; to do it once more: "tasks run ${started.task}"` },
    )
  }
  const sources = started.adHoc ? {} : project.loaded.sources
  const locks = new FileLocks(project.stateDirectory)
  const args = await argsOf(project, history, resumed.args, given)
  requireAccount(started, project.loaded.config)
  return withSession(
    project,
    globals,
    { identity: identityOf(history), records, choice: started.choice },
    async (session, ledger) => {
      const changed = changesSince(started.sources, sources)
      if (changed.length > 0) {
        const text = `since the run began, ${changed.join(', ')}: it goes on by what the task says now`
        session.emit({ kind: 'note', level: 'warning', text })
      }
      const task = resumed.task(session, project.stateDirectory)
      return (await execute({ session, ledger, task, args, mode: 'resume', locks, sources })).exitCode
    },
  )
}

/** Whether there is something left to do of a run that has ended: it was kept, has failed behind its commit, or found no way back. */
const canGoOn = ({ finished, committed, undoing }: RunHistory): boolean =>
  finished?.status === 'kept' ||
  (finished?.status !== 'succeeded' && (committed || (finished?.exitCode === 3 && !undoing)))

/** The task of a run: the task file's, or one of our own. */
function resumedTask(project: Project, { run, task: name, adHoc }: RunHistory['started']): BuiltIn {
  const builtIn = adHoc ? builtIns.get(name) : undefined
  if (builtIn) return builtIn
  if (adHoc) {
    throw new ViridianError(
      'E_RUN_AD_HOC',
      `run ${run} is of no task of this project: it cannot be resumed`,
      {
        hint: 'give the command once more, with --failed: the hosts that are done are left out',
      },
    )
  }
  const own = taskNamed(project.loaded.config.tasks, name)
  return { args: own.args, task: () => own }
}

export interface RollbackRequest {
  /** Left out: the newest that left something, or that keeps its way back open. */
  readonly run: string | undefined
  /** What the run has made stays, for inspection: only what was there before is put back. */
  readonly keepGreen: boolean
}

/** `tasks rollback [RUN]`: takes back what a crashed or failed run has made, or one that keeps its way back open. */
export async function rollBackRun(
  project: Project,
  globals: Globals,
  request: RollbackRequest,
): Promise<ExitCode> {
  const run = request.run ?? (await newestUndoable(project))
  const { records, history, waiting } = await pastRun(project, run, 'rollback')
  if (history.committed) {
    const isOver = history.finished?.status === 'succeeded'
    throw new ViridianError('E_RUN_COMMITTED', `run ${run} is committed: its way back is closed`, {
      hint: `${isOver ? '' : `"tasks resume ${run}" finishes it; `}to go back, deploy the earlier release`,
    })
  }
  const locks = new FileLocks(project.stateDirectory)
  const recorded = await recordedProject(project, history.started)
  requireAccount(history.started, recorded.loaded.config)
  return withSession(
    recorded,
    globals,
    { identity: identityOf(history), records },
    async (session, ledger) => {
      const { keepGreen } = request
      const takenOver = async (holder: Lease): Promise<readonly JournalRecord[]> => {
        await takeOver(locks, history, holder)
        return new RunStore(project.stateDirectory).read(run)
      }
      if (!project.config) session.emit({ kind: 'note', level: 'info', text: withoutTaskFile })
      const from = waiting && { takeOver: () => takenOver(waiting) }
      return (await rollback(session, ledger, history, { locks, keepGreen, ...from })).exitCode
    },
  )
}

const withoutTaskFile = 'no task file can be loaded here: the run is taken back from its journal alone'

/** Where nothing can reach a real account, it does not matter what the shell says. */
function requireAccount({ stage: name, account }: RunHistory['started'], config: Config): void {
  const stage = stageOf(config, name)
  if (account && !isRehearsal(pluginsOf(config, stage)))
    requireSameAccount(account, process.env, stage.env ?? {})
}

/** A run that no process goes on with, unless it waits to be taken back. */
export async function pastRun(project: Project, run: string, intent?: 'rollback'): Promise<PastRun> {
  const store = new RunStore(project.stateDirectory)
  const locks = new FileLocks(project.stateDirectory)
  const records = await store.read(run)
  const history = historyOf(records)
  if (!history)
    throw new ViridianError(
      'E_JOURNAL_DAMAGED',
      `the journal of run ${run} holds no beginning; nothing was done in it`,
      { hint: 'there is nothing to resume or to take back: its file can be removed' },
    )
  const holder = await locks.holder(runLock(run))
  if (!holder || !isRunning(holder, history)) return { records, history }
  if (intent === 'rollback' && history.kept !== undefined) return { records, history, waiting: holder }
  throw new ViridianError('E_RUN_ALIVE', `run ${run} is still running, as process ${holder.pid}`, {
    hint:
      history.kept === undefined
        ? 'interrupt it first: Ctrl-C, or kill -INT'
        : `it keeps its way back open until ${history.kept}: "tasks rollback ${run}" goes back`,
  })
}

/** A detached run has left its lock, and a process that was killed cannot take it along: nobody is running it. */
const isRunning = ({ host, pid }: Lease, { finished }: RunHistory): boolean =>
  !finished && pid !== process.pid && (host !== hostname() || isAlive(pid))

async function newestUndoable(project: Project): Promise<string> {
  let damaged: { readonly run: string; readonly error: ViridianError } | undefined
  let onward: string | undefined
  for (const run of await new RunStore(project.stateDirectory).list()) {
    if ('error' in run) damaged ??= run
    else if (run.finished?.status === 'left') continue
    else if (run.committed) onward ??= run.finished?.status === 'succeeded' ? undefined : run.started.run
    else if (run.kept !== undefined || undoable(run.steps.values()).length > 0) {
      if (damaged) throw unclearNewest(damaged, run.started.run)
      return run.started.run
    }
  }
  if (damaged) throw damaged.error
  throw new ViridianError('E_RUN_NONE', 'no run on record has left anything to take back', {
    hint:
      onward === undefined
        ? 'run "tasks runs" to see them'
        : `run ${onward} has passed its commit: "tasks resume ${onward}" finishes it`,
  })
}

/** An older run in its place would be taken back unasked for. */
const unclearNewest = (
  { run, error }: { readonly run: string; readonly error: ViridianError },
  older: string,
): ViridianError =>
  new ViridianError(
    'E_RUN_UNCLEAR',
    `the journal of run ${run} cannot be read, so that it may be the one that is meant`,
    {
      ...(error.place && { place: error.place }),
      cause: error,
      hint: `say which run to take back: "tasks rollback ${older}"`,
    },
  )

/** As the run began with them, but for those that are said anew. */
async function argsOf(
  project: Project,
  history: RunHistory,
  specs: ArgSpecs,
  given: Readonly<Record<string, unknown>>,
): Promise<ArgValues<ArgSpecs>> {
  const { started } = history
  const secrets = secretsAmong(specs).map(([name]) => name)
  const revisable = revisableAmong(specs).map(([name]) => name)
  const stranger = Object.keys(given).find((name) => ![...secrets, ...revisable].includes(name))
  if (stranger !== undefined)
    throw new ViridianError('E_USAGE', `a resume of ${started.task} takes no --${flagOf(stranger)}`, {
      hint: `${started.task} goes on with what run ${started.run} began with`,
    })
  const recorded = Object.entries(started.args).filter(
    ([name, value]) => value !== null && !secrets.includes(name),
  )
  const revised = Object.entries(given).filter(([name]) => revisable.includes(name))
  const { defaults = {} } = project.loaded.config.stages?.[started.stage] ?? {}
  const recalled = await recalledSecrets(started, specs, [given, defaults])
  const all = { ...Object.fromEntries(recorded), ...recalled }
  const asBegun = asItIsNow(history, () => parseArgs(started.task, specs, all))
  if (revised.length === 0) return asBegun
  return parseArgs(started.task, specs, { ...all, ...Object.fromEntries(revised) })
}

/** Of a run, no flag can say what its task file wants by now. */
function asItIsNow<Value>({ started, committed }: RunHistory, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (!isViridianError(error) || !/^E_(?:ARG_\w+|TASK_UNKNOWN)$/.test(error.code)) throw error
    const back = committed ? '' : `; or "tasks rollback ${started.run}" takes back what it made`
    throw new ViridianError(
      'E_RUN_TASK',
      `run ${started.run} cannot go on by what the task file says now: ${error.message}`,
      { hint: `have it take what the run began with, and resume it${back}` },
    )
  }
}
