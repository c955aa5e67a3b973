import { ViridianError } from '../error.ts'
import type { JournalRecord } from '../journal/record.ts'
import { FileLocks } from '../run/file-locks.ts'
import type { Lease } from '../run/lease.ts'
import type { ExitCode } from '../run/outcome.ts'
import { rollback } from '../run/rollback.ts'
import { identityOf } from '../run/run-identity.ts'
import { RunStore } from '../run/store.ts'
import { takeOver } from '../run/take-over.ts'
import type { Globals } from './globals.ts'
import { newestUndoable } from './newest-undoable.ts'
import { pastRun, requireAccount } from './past-run.ts'
import type { Project } from './project.ts'
import { recordedProject } from './recorded-project.ts'
import { withSession } from './session.ts'

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
