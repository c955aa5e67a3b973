import { z } from 'zod'
import { FileLocks } from '../run/file-locks.ts'
import { isHeld } from '../run/held.ts'
import { remedyOf, stateOf } from '../run/run-state.ts'
import { RunStore } from '../run/store.ts'

/**
 * Of each run on record, by its id, why what it has made is not to be touched: it goes on, or may still be finished or
 * taken back; null when it is over.
 */
export const OpenRuns = z.record(z.string(), z.string().nullable())

export type OpenRuns = Readonly<z.infer<typeof OpenRuns>>

/** Reads what the runs on record here say of what they have made. */
export async function readOpenRuns(stateDirectory: string): Promise<OpenRuns> {
  const locks = new FileLocks(stateDirectory)
  const runs: Record<string, string | null> = {}
  for (const history of await new RunStore(stateDirectory).list()) {
    if ('error' in history) {
      runs[history.run] = `the journal of its run cannot be read (${history.error.code})`
      continue
    }
    const { started, committed, kept } = history
    const { run } = started
    const state = stateOf(history, await isHeld(history, locks))
    if (state === 'running') runs[run] = 'its run goes on'
    else if (state === 'kept') runs[run] = `its run keeps its way back open until ${kept}`
    else if (state === 'crashed' || state === 'failed-dirty')
      runs[run] = `its run is not finished: ${remedyOf(run, committed)}`
    else runs[run] = null
  }
  return runs
}
