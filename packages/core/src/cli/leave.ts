import { hostname, userInfo } from 'node:os'
import { ViridianError } from '../error.ts'
import { FileLocks } from '../run/file-locks.ts'
import { runLock } from '../run/lock.ts'
import type { ExitCode } from '../run/outcome.ts'
import { leftoversOf, stateOf } from '../run/run-state.ts'
import { RunStore } from '../run/store.ts'
import { undoable } from '../step/undo.ts'
import type { Globals } from './globals.ts'
import { pastRun } from './past-run.ts'
import type { Project } from './project.ts'
import { outputFor } from './screen.ts'

/**
 * `tasks leave RUN`: ends a run that can neither go on nor be taken back, or is not to. It asks nothing of the account, so
 * that it always can; what the run has made is judged by `tasks gc` from then on, as that of any run that is over.
 */
export async function leaveRun(project: Project, globals: Globals, run: string): Promise<ExitCode> {
  const { stateDirectory } = project
  const { history } = await pastRun(project, run)
  const { started, finished, steps } = history
  const state = stateOf(history, false)
  const isOpen = state === 'kept' || state === 'crashed' || state === 'failed-dirty'
  if (!isOpen)
    throw new ViridianError('E_RUN_ENDED', `run ${run} is over (${state}): there is nothing to leave`, {
      hint: '"tasks runs" says what came of each',
    })
  const leftovers = [...leftoversOf(history, state)]
  const locks = new FileLocks(stateDirectory)
  const holder = { run, task: started.task, user: userInfo().username, host: hostname(), pid: process.pid }
  const events = { onLost: () => undefined, onTakeover: () => undefined }
  const own = await locks.acquire(runLock(run), holder, events)
  const at = new Date().toISOString()
  const end = { kind: 'run.finished', status: 'left', exitCode: 0, leftovers, at } as const
  try {
    const journal = await new RunStore(stateDirectory).open(run)
    await journal.append(end)
    await journal.close()
    for (const name of started.locks) {
      // One that it has lost since is another run's.
      if ((await locks.lease(name))?.run !== run) continue
      await (await locks.acquire(name, holder, events)).release()
    }
  } finally {
    await own.release()
  }
  const output = outputFor(globals)
  const ms = Date.parse(at) - Date.parse(finished?.at ?? started.at)
  const hasMade = undoable(steps.values()).length > 0
  output.event({ ...end, run, task: started.task, ms, ...(hasMade && { remedy: 'tasks gc' }) })
  output.close()
  return 0
}
