import { elapsed } from '../duration.ts'
import { placeText } from '../error-place.ts'
import { columns } from '../output/columns.ts'
import { contained } from '../output/contained.ts'
import { type RunLine, runLines } from '../run/run-lines.ts'
import { leaveOf } from '../run/run-state.ts'
import type { Print } from './print.ts'

/** `tasks runs`: every run on record, the newest first. */
export async function listRuns(stateDirectory: string, json: boolean, print: Print): Promise<void> {
  const lines = await runLines(stateDirectory)
  if (json) for (const line of lines) print(JSON.stringify(line))
  else if (lines.length === 0) print('no runs yet')
  else for (const line of tableOf(contained(lines))) print(line)
}

function tableOf(lines: readonly RunLine[]): string[] {
  const rows = lines.map(({ run, task, stage, by, at, state, ms }) => [
    run,
    task ?? '',
    stage ?? '',
    by ?? '',
    minuteOf(at),
    state,
    ms === null ? '' : elapsed(ms),
  ])
  const [head = '', ...table] = columns([
    ['RUN', 'TASK', 'STAGE', 'BY', 'SINCE (UTC)', 'STATE', 'TOOK'],
    ...rows,
  ])
  return [head, ...lines.flatMap((line, index) => [table[index] ?? '', ...moreLines(line)])]
}

/** To the minute, as its id has it to the second: a line is to fit in a terminal. */
const minuteOf = (at: string | null): string => at?.slice(0, 16).replace('T', ' ') ?? ''

function moreLines({ run, state, until, leftovers, remedy, error }: RunLine): string[] {
  if (state === 'kept') return [`  until ${until}; go back with: tasks rollback ${run}`]
  if (state === 'damaged' || state === 'unreadable') {
    const where = placeText(error?.place)
    return [`  ${error?.message}${where === undefined ? '' : `: ${where}`}`]
  }
  const left = leftovers.map((each) => `  left: ${each}`)
  if (remedy === null) return left
  const end = state === 'failed-dirty' ? [`  or end it as it is: ${leaveOf(run)}`] : []
  return [...left, `  finish it with: ${remedy}`, ...end]
}
