import { awaited } from '../awaited.ts'
import { isViridianError, reportOf } from '../error.ts'
import { Mask } from '../events/mask.ts'
import type { JournalRecord } from '../journal/record.ts'
import { exitNow, stuckError, stuckUndo, takeFailures } from '../process-failures.ts'
import { earlierTimes } from '../run/earlier-times.ts'
import { Ledger } from '../run/ledger.ts'
import { Session } from '../run/session.ts'
import { RunStore } from '../run/store.ts'
import type { RunIdentity } from '../step/definition.ts'
import type { HostChoice } from '../task/host-choice.ts'
import type { Globals } from './globals.ts'
import { onInterrupt } from './interrupt.ts'
import type { Project } from './project.ts'
import { confirmOn, outputFor, personAt } from './screen.ts'
import { takeTaskOutput } from './task-output.ts'
import { tellError } from './tell-error.ts'

export interface SessionRequest {
  readonly identity: RunIdentity
  readonly planning?: boolean
  /** The run ends where it keeps its way back open. */
  readonly detach?: boolean
  /** The hosts that it is for. */
  readonly choice?: HostChoice | undefined
  /** What an earlier process of the run recorded. */
  readonly records?: readonly JournalRecord[]
}

const tooShort = 'a secret of fewer than four characters is not masked: it would blot out ordinary text'

/** Opens a run on the screen and in its journal, and closes both behind `use`. */
export async function withSession<Result>(
  project: Project,
  globals: Globals,
  { identity, planning = false, detach = false, records = [], choice }: SessionRequest,
  use: (session: Session, ledger: Ledger) => Promise<Result>,
): Promise<Result> {
  const { config, directory } = project.loaded
  const { stateDirectory } = project
  const store = new RunStore(stateDirectory)
  const journal = planning ? undefined : await store.open(identity.id)
  const output = outputFor(globals, planning ? undefined : () => earlierTimes(store, identity, choice))
  const { ask, lend } = personAt(output, globals)
  const ledger = new Ledger(journal, records)
  const mask = new Mask(() => session.emit({ kind: 'note', level: 'warning', text: tooShort }))
  const session: Session = new Session({
    config,
    directory,
    stateDirectory,
    identity,
    planning,
    detach,
    ...(choice && { choice }),
    ledger,
    mask,
    emit: (event) => output.event(event),
    caughtUp: () => output.caughtUp(),
    confirm: confirmOn(ask, globals.yes),
    ask,
    lend,
  })
  const releaseOutput = takeTaskOutput(mask)
  const tellEnd = (code: string, why: string): void => {
    output.close()
    releaseOutput()
    const { id } = identity
    const back = `"tasks rollback ${id}" takes back what the run made`
    const on = `"tasks resume ${id}" goes on with it`
    const hint = session.committed ? on : ledger.history()?.undoing ? back : `${back}, ${on}`
    tellError({ code, message: `${why}; its journal is whole`, hint }, globals.color)
  }
  const endNow = (code: string, why: string): never => {
    tellEnd(code, why)
    exitNow(3)
  }
  const release = onInterrupt(session, (signal) =>
    endNow('E_INTERRUPTED', `${signal} again: stopped at once`),
  )
  const releaseFailures = takeFailures({
    // It must not end the process, which has something to undo.
    stray: (reason) => {
      // Of what a task has left running on a host, the host tells.
      if (isViridianError(reason) && reason.code === 'E_TASK_ENDED') return
      const { signal, failure } = session.engine
      if (!signal.aborted) session.engine.fail(reason)
      else if (reason !== failure && reason !== signal.reason)
        session.emit({ kind: 'note', level: 'warning', text: `beside the task: ${reportOf(reason).message}` })
    },
    stuck: () => {
      const error = stuckError('E_TASK_STUCK')
      if (session.undo.giveUp(stuckUndo())) return
      const { engine } = session
      if (!engine.signal.aborted) return engine.fail(error)
      if (engine.open.length === 0) return endNow(error.code, error.message)
      const text = `given up, since nothing is left to wait for: ${engine.open.join(', ')}`
      session.emit({ kind: 'note', level: 'warning', text })
      engine.abandon()
    },
    ended: () => {
      tellEnd('E_TASK_EXIT', `"${identity.task}" has ended the process, by process.exit`)
      process.exitCode = 3
    },
  })
  try {
    return await awaited(`"${identity.task}"`, () => use(session, ledger))
  } finally {
    release()
    releaseFailures()
    output.close()
    releaseOutput()
    await journal?.close()
  }
}
