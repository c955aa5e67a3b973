import { z } from 'zod'
import { isViridianError, reasonOf } from '../error.ts'
import type { RunHistory } from '../journal/history.ts'
import { FileLocks } from '../run/file-locks.ts'
import { isHeld } from '../run/held.ts'
import { type RunState, remedyOf, stateOf } from '../run/run-state.ts'
import { RunStore } from '../run/store.ts'
import type { Registry } from '../step/registry.ts'
import { parseStep } from '../step/scope.ts'
import { undoable } from '../step/undo.ts'

/** What the runs on record say of what is not to be touched. */
export const OpenRuns = z.object({
  /**
   * Of each run, by its id, why what it has made is not to be touched: it goes on, or may still be finished or taken back;
   * null when it is over.
   */
  runs: z.record(z.string(), z.string().nullable()),
  /** Of each thing that an open run would put back in use, why it is not to be touched: earlier runs may have made it. */
  restores: z.record(z.string(), z.string()),
})

export type OpenRuns = Readonly<z.infer<typeof OpenRuns>>

export interface OpenRunsOptions {
  readonly stateDirectory: string
  readonly registry: Registry
  warn(text: string): void
}

/** Reads what the runs on record here say of what they have made, and of what they would go back to. */
export async function readOpenRuns({ stateDirectory, registry, warn }: OpenRunsOptions): Promise<OpenRuns> {
  const locks = new FileLocks(stateDirectory)
  const runs: Record<string, string | null> = {}
  const restores: Record<string, string> = {}
  for (const history of await new RunStore(stateDirectory).list()) {
    if ('error' in history) {
      runs[history.run] = `the journal of its run cannot be read (${history.error.code})`
      continue
    }
    const { run } = history.started
    const open = await whyOpen(history, locks)
    runs[run] = open === undefined ? null : `its run ${open}`
    if (open === undefined || history.committed) continue
    try {
      for (const thing of restoredBy(history, registry))
        restores[thing] = `run ${run} may go back to it, and ${open}`
    } catch (error) {
      warn(`what run ${run} would go back to cannot be told, and may go: ${reasonOf(error)}`)
    }
  }
  return { runs, restores }
}

async function whyOpen(history: RunHistory, locks: FileLocks): Promise<string | undefined> {
  const { started, committed, kept } = history
  let state: RunState
  try {
    state = stateOf(history, await isHeld(history, locks))
  } catch (error) {
    if (!isViridianError(error)) throw error
    return `may go on: ${error.message}`
  }
  if (state === 'running') return 'goes on'
  if (state === 'kept') return `keeps its way back open until ${kept}`
  if (state === 'crashed' || state === 'failed-dirty')
    return `is not finished: ${remedyOf(started.run, committed)}`
  return undefined
}

/** What taking a run back would put in use again. */
function restoredBy({ steps }: RunHistory, registry: Registry): string[] {
  return undoable(steps.values()).flatMap(({ intent }) => {
    const definition = registry.find(intent.step, intent.version)
    if (definition.kind !== 'change' || !definition.restores) return []
    const input = parseStep(definition, 'input', definition.input, intent.input)
    const before = parseStep(definition, 'before', definition.beforeSchema, intent.before)
    return definition.restores(input, before)
  })
}
