import { ViridianError } from '../error.ts'
import { RunStore } from '../run/store.ts'
import { undoable } from '../step/undo.ts'
import type { Project } from './project.ts'

/**
 * The newest run that left something, or that keeps its way back open.
 *
 * @throws ViridianError `E_RUN_NONE`, `E_RUN_UNCLEAR`
 */
export async function newestUndoable(project: Project): Promise<string> {
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
