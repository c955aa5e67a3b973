import { setImmediate as turn } from 'node:timers/promises'
import { type ErrorReport, isViridianError, reportOf } from '../error.ts'
import { journalFormat, type RecordOf } from '../journal/record.ts'
import { undoable } from '../step/undo.ts'
import type { ArgSpecs, ArgValues } from '../task/args.ts'
import { callTask } from '../task/call.ts'
import { runFailureHooks } from '../task/failure-hooks.ts'
import type { Task } from '../task/task.ts'
import { TaskScope } from '../task/task-scope.ts'
import { unlessStopped } from '../task/unless-stopped.ts'
import { caught } from './caught.ts'
import type { Ledger } from './ledger.ts'
import type { LockStore } from './lock.ts'
import { locksOf } from './locks-of.ts'
import { exitCodeOf, finish, type Outcome, recordOrWarn } from './outcome.ts'
import { accountIn, recordedEnv } from './recorded-env.ts'
import { runnerHere } from './run-identity.ts'
import { leftoversOf } from './run-state.ts'
import { journaledArgs, maskSecrets, toldArgs } from './secret-args.ts'
import type { Session } from './session.ts'
import { standingOf } from './standing.ts'
import { takeBack, whyNoWayBack } from './take-back.ts'

export interface Execution {
  readonly session: Session
  readonly ledger: Ledger
  readonly task: Task
  readonly args: ArgValues<ArgSpecs>
  readonly mode: 'run' | 'plan' | 'resume'
  /** The files that the task was loaded from, with their digests. */
  readonly sources: Readonly<Record<string, string>>
  /** The task stands in no task file. */
  readonly adHoc?: boolean
  readonly locks: LockStore
}

/** Runs a task from its first record to its last: what fails before the commit is undone, and the end says what is left. */
export async function execute(execution: Execution): Promise<Outcome> {
  const { session, ledger, mode } = execution
  const began = performance.now()
  const { id, task, stage } = session.identity
  const account = accountIn(process.env)
  session.enterStage()
  const started = startOf(execution, account)
  session.emit({
    kind: 'run.started',
    run: id,
    task,
    stage,
    at: started.at,
    args: toldArgs(started.args),
    mode,
  })
  if (mode === 'run') await ledger.append(started)
  const refused = await lock(execution)
  return finish(session, ledger, began, refused ?? (await outcomeOf(execution)))
}

const ends = {
  done: { status: 'succeeded', exitCode: 0 },
  detached: { status: 'kept', exitCode: 0 },
} as const

/** @param account - what the shell says of it, without the stage */
function startOf(
  { session, sources, task, args, adHoc }: Execution,
  account: Record<string, string>,
): RecordOf<'run.started'> {
  const { id, task: name, stage } = session.identity
  return {
    kind: 'run.started',
    at: new Date().toISOString(),
    format: journalFormat,
    run: id,
    task: name,
    stage,
    args: journaledArgs(task.args, args),
    plugins: session.plugins.map(({ name, module, settings }) => ({ name, module, settings })),
    env: recordedEnv(session.stageEnv),
    account,
    locks: [...locksOf(session.identity, task, args)],
    ...(session.choice && { choice: session.choice }),
    ...(adHoc && { adHoc }),
    sources,
    by: runnerHere(),
  }
}

/** Takes the locks, or says why nothing is begun: what a resumed run had made before stays as it is, and its record too. */
async function lock({ session, ledger, task, args, mode, locks }: Execution): Promise<Outcome | undefined> {
  try {
    maskSecrets(session.mask, task.args, args)
    // Who does not want to go on does not want to lose what there is either: it is asked before anything is begun.
    if (mode === 'resume' && undoable(ledger.history()?.steps.values() ?? []).length > 0)
      await session.beforeChange()
    if (mode !== 'plan') await session.lock(locks, locksOf(session.identity, task, args))
    if (mode === 'resume')
      await ledger.append({ kind: 'run.resumed', at: new Date().toISOString(), by: runnerHere() })
    return undefined
  } catch (thrown) {
    const error = reportOf(thrown)
    if (mode === 'resume') return { ...leftAlone(ledger, error), goesOn: true }
    return { status: 'failed', exitCode: exitCodeOf(error), error, leftovers: [], isUnrecorded: false }
  }
}

async function outcomeOf(execution: Execution): Promise<Outcome> {
  const { session, ledger, mode } = execution
  const before = ledger.history()?.finished
  const end = await attempt(execution)
  if (typeof end === 'string') return { ...ends[end], leftovers: end === 'done' ? heldStill(ledger) : [] }
  const error = reportOf(end.thrown)
  if (mode !== 'resume' || !doesNotFit.has(error.code)) return afterFailure(execution, end)
  // What it has recorded by then is no end of the run, as a crash would be.
  if (before && !ledger.history()?.finished)
    await recordOrWarn(session, ledger).record(asBefore(ledger, before))
  return leftAlone(ledger, error)
}

/** The end that the run has come to before, with what is left by now. */
const asBefore = (ledger: Ledger, before: RecordOf<'run.finished'>): RecordOf<'run.finished'> => ({
  ...before,
  at: new Date().toISOString(),
  ...(before.status !== 'kept' && { leftovers: [...standing(ledger)] }),
})

/** Runs the task function and awaits all that it started. */
async function attempt({ session, task, args }: Execution): Promise<'done' | 'detached' | Failure> {
  const { engine } = session
  let end: 'done' | 'detached' = 'done'
  let wasCaught = false
  try {
    const running = body(session, task, args)
    running.then(
      () => {
        wasCaught = engine.isStoppedByStep
      },
      // What a stopped task still throws is a consequence of the stop.
      (error: unknown) => {
        wasCaught = engine.isStoppedByStep && engine.hasRefused && error === engine.signal.reason
      },
    )
    // Calls within it are steps, which are waited for below; itself it is given no time.
    const ended = unlessStopped(engine.signal, running, 0).then(() => 'done' as const)
    end = await Promise.race([ended, session.wayBack.detached])
    engine.refuseOpen()
  } catch (error) {
    engine.fail(error)
  }
  await engine.settle()
  // Whatever waited for them tells of its own end before that of the run.
  await turn()
  return engine.signal.aborted ? { thrown: engine.failure, wasCaught } : end
}

interface Failure {
  readonly thrown: unknown
  /** The task's function went on behind it. */
  readonly wasCaught: boolean
}

async function body(session: Session, task: Task, args: ArgValues<ArgSpecs>): Promise<unknown> {
  // The task's own code may ask an account too, by clients of its own: it must be the stage's.
  await session.openStage()
  const key = `/${session.identity.task}#0`
  const scope = (within: Session, at: string | undefined) => new TaskScope(within, args, at)
  return callTask({ session, key, task, args, scope, at: undefined })
}

async function afterFailure(
  { session, ledger }: Execution,
  { thrown, wasCaught }: Failure,
): Promise<Outcome> {
  const error = wasCaught ? caught(reportOf(thrown)) : reportOf(thrown)
  const other = await takenOver(session)
  if (other)
    return { status: 'cancelled', exitCode: 1, error: reportOf(other), leftovers: [], isUnrecorded: true }
  if (!session.engine.planning && !session.isLost) await runFailureHooks(session, thrown)
  const status = isPersons(error) ? 'cancelled' : 'failed'
  const leftovers =
    session.committed || session.isLost ? standing(ledger) : await goBack(session, ledger, error)
  if (leftovers.length === 0) return { status, exitCode: exitCodeOf(error), error, leftovers }
  return { status, exitCode: 3, error: status === 'cancelled' ? withoutHint(error) : error, leftovers }
}

/** Takes back what has failed, if all of it can be: a half of it would be neither the old nor the new. */
async function goBack(session: Session, ledger: Ledger, reason: ErrorReport): Promise<readonly string[]> {
  // What has stopped the run does not stop its way back.
  const blocked = await whyNoWayBack(session, ledger, { signal: new AbortController().signal })
  if (blocked) {
    const { code, message, hint = '' } = blocked
    session.emit({ kind: 'note', level: 'warning', text: `nothing is taken back: ${code}: ${message}` })
    session.emit({ kind: 'note', level: 'warning', text: hint })
    return standing(ledger)
  }
  return (await takeBack(session, ledger, { reason })).leftovers
}

// Of a resume that the task as it is now does not fit: nothing has failed, and the task can be mended.
const doesNotFit = new Set(['E_RESUME_MISMATCH', 'E_STEP_SECRET'])

/** What a run leaves that ends where it is. */
function standing(ledger: Ledger): readonly string[] {
  const history = ledger.history()
  return history ? leftoversOf(history, 'crashed') : []
}

/** What a run that is over for good has given back by no step. */
function heldStill(ledger: Ledger): readonly string[] {
  const history = ledger.history()
  return history?.committed ? standingOf(history).held : []
}

/** The run is as it was before this process went on with it. */
function leftAlone(ledger: Ledger, error: ErrorReport): Outcome {
  const leftovers = standing(ledger)
  const exitCode = leftovers.length > 0 && error.code !== 'E_LOCKED' ? 3 : exitCodeOf(error)
  return { status: 'failed', exitCode, error, leftovers, isUnrecorded: true }
}

// An interruption's hint says that all is put back.
const withoutHint = ({ hint: _, ...rest }: ErrorReport): ErrorReport => rest

/** Who goes on with this run in its stead, if anybody does: then nothing of it is taken back here. */
async function takenOver(session: Session): Promise<unknown> {
  try {
    await session.wayBack.reclaim()
  } catch (error) {
    if (codeOf(error) === 'E_RUN_TAKEN_OVER') return error
    // A lock that was lost otherwise is no reason to leave half a deployment behind.
    session.emit({ kind: 'note', level: 'warning', text: reportOf(error).message })
  }
  return undefined
}

/** Somebody wanted it to end, or not to begin: nothing went wrong. */
const isPersons = ({ code }: ErrorReport): boolean => code === 'E_INTERRUPTED' || code === 'E_DECLINED'

const codeOf = (thrown: unknown): string | undefined => (isViridianError(thrown) ? thrown.code : undefined)
