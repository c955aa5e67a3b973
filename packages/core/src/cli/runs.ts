import type { RunHistory } from '../journal/history.ts'
import { elapsed } from '../output/elapsed.ts'
import { isAlive } from '../run/lease.ts'
import { RunStore } from '../run/store.ts'
import { columns, type Print } from './print.ts'

/** `tasks runs`: every run on record, the newest first. */
export async function listRuns(stateDirectory: string, json: boolean, print: Print): Promise<void> {
  const runs = await new RunStore(stateDirectory).list()
  if (json) {
    for (const run of runs)
      print(JSON.stringify('error' in run ? { kind: 'run', run: run.run, state: 'damaged' } : summaryOf(run)))
    return
  }
  if (runs.length === 0) return print('no runs yet')
  const rows = runs.map((run) => {
    if ('error' in run) return [run.run, '', '', '', `damaged: ${run.error.message}`]
    const { state, task, stage, by, ms } = summaryOf(run)
    return [run.started.run, task, stage, by, state, ms === undefined ? '' : elapsed(ms)]
  })
  for (const line of columns([['RUN', 'TASK', 'STAGE', 'BY', 'STATE', 'TOOK'], ...rows])) print(line)
}

function summaryOf(history: RunHistory) {
  const { started, finished } = history
  return {
    kind: 'run',
    run: started.run,
    task: started.task,
    stage: started.stage,
    by: `${started.by.user}@${started.by.host}`,
    at: started.at,
    state: stateOf(history),
    ...(finished && { ms: Date.parse(finished.at) - Date.parse(started.at) }),
    leftovers: finished?.leftovers ?? [],
  }
}

function stateOf({ started, finished, undoing, kept }: RunHistory): string {
  if (!finished && !isAlive(started.by.pid)) return 'crashed'
  if (kept !== undefined) return `kept until ${kept}`
  if (!finished) return 'running'
  const { status, exitCode } = finished
  if (exitCode === 3) return `${status}, dirty`
  if (status === 'failed') return 'failed, undone'
  return status === 'succeeded' && undoing ? 'taken back' : status
}
