import { hostname, userInfo } from 'node:os'
import { type ErrorReport, isViridianError, reportOf } from '../error.ts'
import type { RunStatus } from '../events/event.ts'
import type { JournalRecord } from '../journal/record.ts'
import { Registry } from '../step/registry.ts'
import { undoable, undoSteps } from '../step/undo.ts'
import type { ArgSpecs, ArgValues } from '../task/args.ts'
import { runOnHosts } from '../task/on-hosts.ts'
import { isRemote, type Task } from '../task/task.ts'
import { TaskScope } from '../task/task-scope.ts'
import type { LockStore } from './lease.ts'
import type { Ledger } from './ledger.ts'
import type { Session } from './session.ts'

/** What a run came to. */
export interface Outcome {
  readonly status: RunStatus
  readonly exitCode: ExitCode
  readonly error?: ErrorReport
  readonly leftovers: readonly string[]
}

/** 0 done · 1 failed, nothing left · 2 not understood · 3 something is left · 4 locked · 130 interrupted, and undone. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130

export interface Execution {
  readonly session: Session
  readonly ledger: Ledger
  readonly task: Task
  readonly args: ArgValues<ArgSpecs>
  readonly mode: 'run' | 'plan' | 'resume'
  /** The digest of the task file. */
  readonly config: string
  readonly locks: LockStore
}

const now = (): string => new Date().toISOString()

/** Runs a task from its first record to its last: what fails before the commit is undone, and the end says what is left. */
export async function execute(execution: Execution): Promise<Outcome> {
  const { session, mode } = execution
  const began = performance.now()
  const { id, task, stage } = session.identity
  const args = session.journaledArgs(execution.task.args, execution.args)
  session.emit({ kind: 'run.started', run: id, task, stage, at: now(), args, mode })
  if (mode === 'run') await execution.ledger.append(startOf(execution, args))
  const failure = await attempt(execution)
  const outcome = failure === undefined ? await succeeded(session) : await failed(execution, failure.thrown)
  const { status, exitCode, error } = outcome
  const leftovers = [...outcome.leftovers]
  const finish = { status, exitCode, leftovers, ...(error && { error }), at: now() }
  if (mode !== 'plan') await recordOrWarn(execution)({ kind: 'run.finished', ...finish })
  session.emit({ kind: 'run.finished', run: id, task, ...finish, ms: Math.round(performance.now() - began) })
  return outcome
}

function startOf(
  { session, config }: Execution,
  args: Extract<JournalRecord, { kind: 'run.started' }>['args'],
): JournalRecord {
  const { id, task, stage } = session.identity
  return {
    kind: 'run.started',
    at: now(),
    format: 1,
    run: id,
    task,
    stage,
    args,
    plugins: session.plugins.map(({ name, module, settings }) => ({ name, module, settings })),
    config,
    by: { user: userInfo().username, host: hostname(), pid: process.pid },
  }
}

/** Runs the task function and awaits all that it started. */
async function attempt({
  session,
  task,
  args,
  mode,
  locks,
}: Execution): Promise<{ thrown: unknown } | undefined> {
  const { engine } = session
  try {
    session.maskSecrets(task.args, args)
    if (mode !== 'plan' && !isRemote(task)) await session.lock(locks, task.locks(args))
    // A task that does not listen to the signal must not keep an interrupted run from its undo.
    await Promise.race([
      engine.track(session.identity.task, () => body(session, task, args)),
      stopped(engine.signal),
    ])
    engine.refuseOpen()
  } catch (error) {
    engine.fail(error)
  }
  await engine.settle()
  return engine.signal.aborted ? { thrown: engine.failure } : undefined
}

function body(session: Session, task: Task, args: ArgValues<ArgSpecs>): Promise<unknown> {
  return isRemote(task)
    ? runOnHosts(session, `/${session.identity.task}#0`, task, args)
    : task.body(new TaskScope(session, args))
}

const stopped = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

async function succeeded(session: Session): Promise<Outcome> {
  await closed(session)
  return { status: 'succeeded', exitCode: 0, leftovers: [] }
}

async function failed(execution: Execution, thrown: unknown): Promise<Outcome> {
  const { session } = execution
  const error = reportOf(thrown)
  const cancelled = isViridianError(thrown) && thrown.code === 'E_INTERRUPTED'
  const status = cancelled ? 'cancelled' : 'failed'
  const leftovers = session.committed ? committedLeftovers(session) : await takeBack(execution, error)
  await closed(session)
  if (leftovers.length > 0) return { status, exitCode: 3, error, leftovers }
  return { status, exitCode: cancelled ? 130 : error.code === 'E_LOCKED' ? 4 : 1, error, leftovers }
}

/** What goes wrong at the very end does not change what the run came to; it is said. */
async function closed(session: Session): Promise<void> {
  try {
    await session.close()
  } catch (error) {
    session.emit({ kind: 'note', level: 'warning', text: `while closing: ${reportOf(error).message}` })
  }
}

const committedLeftovers = ({ identity }: Session): string[] => [
  `run ${identity.id} failed after its commit: what follows it is not finished`,
]

/** Undoes what the run has changed, and says what could not be. */
async function takeBack(execution: Execution, reason: ErrorReport): Promise<readonly string[]> {
  const { session, ledger } = execution
  const steps = undoable(ledger.history()?.steps.values() ?? [])
  if (steps.length === 0) return []
  const record = recordOrWarn(execution)
  session.emit({ kind: 'undo.started', reason, steps: steps.length, at: now() })
  await record({ kind: 'undo.started', at: now(), reason })
  const { leftovers } = await undoSteps(steps, {
    registry: new Registry(session.plugins),
    // An undo is not stopped by what stopped the run.
    contextFor: (step) => session.contextFor(step, new AbortController().signal),
    emit: (event) => session.emit(event),
    record,
  })
  return leftovers
}

/** On the way back a journal that cannot be written any more must not keep anything from being undone. */
function recordOrWarn({ session, ledger }: Execution): (record: JournalRecord) => Promise<void> {
  let warned = false
  return async (record) => {
    try {
      await ledger.append(record)
    } catch (error) {
      if (!warned) session.emit({ kind: 'note', level: 'warning', text: reportOf(error).message })
      warned = true
    }
  }
}
