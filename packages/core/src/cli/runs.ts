import type { RunHistory } from '../journal/history.ts'
import { elapsed } from '../output/elapsed.ts'
import { FileLocks } from '../run/file-locks.ts'
import { runLock } from '../run/lock.ts'
import { remainsOf, stateOf } from '../run/run-state.ts'
import { RunStore } from '../run/store.ts'
import { columns, type Print } from './print.ts'

/** `tasks runs`: every run on record, the newest first. */
export async function listRuns(stateDirectory: string, json: boolean, print: Print): Promise<void> {
  const locks = new FileLocks(stateDirectory)
  const runs = await Promise.all(
    (await new RunStore(stateDirectory).list()).map(async (run) =>
      'error' in run
        ? ({ kind: 'run', run: run.run, state: 'damaged', error: run.error.message } as const)
        : summaryOf(run, await locks.holder(runLock(run.started.run))),
    ),
  )
  if (json) {
    for (const run of runs) print(JSON.stringify(run))
    return
  }
  if (runs.length === 0) return print('no runs yet')
  const rows = runs.map((run) => {
    if (run.state === 'damaged') return [run.run, '', '', '', '', '', `damaged: ${run.error}`]
    const { task, stage, by, at, ms, state, until, leftovers, remedy } = run
    const began = at.replace('T', ' ').replace(/\.\d+Z$/, '')
    const took = ms === undefined ? '' : elapsed(ms)
    const [first, ...more] = leftovers
    const left =
      first === undefined ? '' : `; left: ${first}${more.length > 0 ? ` and ${more.length} more` : ''}`
    const next = remedy === undefined ? '' : `; ${remedy}`
    return [run.run, task, stage, by, began, took, `${state}${until ? ` until ${until}` : ''}${left}${next}`]
  })
  const head = ['RUN', 'TASK', 'STAGE', 'BY', 'BEGAN (UTC)', 'TOOK', 'STATE']
  for (const line of columns([head, ...rows])) print(line)
}

function summaryOf(history: RunHistory, lease: Parameters<typeof stateOf>[1]) {
  const { started, finished, kept } = history
  const state = stateOf(history, lease)
  return {
    kind: 'run',
    run: started.run,
    task: started.task,
    stage: started.stage,
    by: `${started.by.user}@${started.by.host}`,
    at: started.at,
    state,
    ...(state === 'kept' && { until: kept }),
    ...(finished && { ms: Date.parse(finished.at) - Date.parse(started.at), exitCode: finished.exitCode }),
    ...remainsOf(history, state),
  } as const
}
