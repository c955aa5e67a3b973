import { elapsed } from '../duration.ts'
import { placeText } from '../error-place.ts'
import { columns } from '../output/columns.ts'
import { contained } from '../output/contained.ts'
import { widthOf } from '../output/width.ts'
import { type RunLine, runLines } from '../run/run-lines.ts'
import { leaveOf } from '../run/run-state.ts'
import type { Print } from './print.ts'

/** `tasks runs`: every run on record, the newest first. */
export async function listRuns(stateDirectory: string, json: boolean, print: Print): Promise<void> {
  const lines = await runLines(stateDirectory)
  if (json) for (const line of lines) print(JSON.stringify(line))
  else if (lines.length === 0) print('no runs yet')
  else for (const line of runsTable(contained(lines), process.stdout.columns || undefined)) print(line)
}

const cells: Readonly<Record<string, (line: RunLine) => string>> = {
  RUN: ({ run }) => run,
  TASK: ({ task }) => task ?? '',
  STAGE: ({ stage }) => stage ?? '',
  BY: ({ by }) => by ?? '',
  'SINCE (UTC)': ({ at }) => minuteOf(at),
  STATE: ({ state }) => state,
  TOOK: ({ ms }) => (ms === null ? '' : elapsed(ms)),
}

/** What a narrow terminal goes without, in this order; a run's id says when it began. */
const spare = ['SINCE (UTC)', 'BY', 'STAGE', 'TOOK']

/**
 * The runs as a table, with what is left of each below it.
 *
 * @param room - how wide it may be, if it can
 */
export function runsTable(lines: readonly RunLine[], room = Number.POSITIVE_INFINITY): string[] {
  const tables = [...spare.keys(), spare.length].map((count) => tableOf(lines, spare.slice(0, count)))
  const fitting = tables.find((table) => table.every((row) => widthOf(row) <= room)) ?? tables.at(-1) ?? []
  const [head = '', ...rows] = fitting
  return [head, ...lines.flatMap((line, index) => [rows[index] ?? '', ...moreLines(line)])]
}

function tableOf(lines: readonly RunLine[], without: readonly string[]): string[] {
  const shown = Object.entries(cells).filter(([head]) => !without.includes(head))
  return columns([shown.map(([head]) => head), ...lines.map((line) => shown.map(([, cell]) => cell(line)))])
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
