import { ViridianError } from '../error.ts'
import type { RunHistory } from '../journal/history.ts'
import { execute } from '../run/execute.ts'
import { FileLocks } from '../run/file-locks.ts'
import type { ExitCode } from '../run/outcome.ts'
import { identityOf } from '../run/run-identity.ts'
import { leaveOf } from '../run/run-state.ts'
import { changesSince } from '../run/sources.ts'
import { taskNamed } from '../task/tree.ts'
import { type BuiltIn, builtIns } from './built-in.ts'
import type { Globals } from './globals.ts'
import { pastRun, requireAccount } from './past-run.ts'
import type { Project } from './project.ts'
import { asItIsNow, resumedArgs } from './resumed-args.ts'
import { withSession } from './session.ts'

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
  const args = await resumedArgs(project, history, resumed.args, given)
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
