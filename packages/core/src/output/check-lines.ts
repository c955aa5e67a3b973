import type { CheckLine } from '../doctor/report.ts'
import { elapsed } from '../duration.ts'
import { placeText } from '../error-place.ts'
import { hostNames } from '../remote/hosts/host-names.ts'
import { sharedReasons } from '../remote/hosts/reasons.ts'
import type { Colors } from './colors.ts'
import { contained } from './contained.ts'
import { cut, padEnd } from './width.ts'

export interface CheckView {
  /** Of the terminal; undefined: lines are as long as they are. */
  readonly columns: number | undefined
  /** Also what is as it should be, a line each. */
  readonly verbose: boolean
  /** Nothing of groups in which all is as it should be. */
  readonly quiet: boolean
  readonly colors: Colors
}

type Verdict = CheckLine['verdict']

const worstFirst: readonly Verdict[] = ['problem', 'warning', 'ok']
const heading = 13

/** A group of findings as a person reads it: in one line when all is well, else what is not, and what to do about it. */
export function checkLines(group: string, told: readonly CheckLine[], view: CheckView): string[] {
  const { columns, verbose, quiet, colors } = view
  const rows = rowsOf(contained(told).filter(({ verdict }) => verdict !== 'skipped'))
  const worst = worstFirst.find((verdict) => rows.some((row) => row.verdict === verdict))
  if (worst === undefined || (quiet && worst === 'ok')) return []
  const mark = marked(worst, colors)
  const well = rows.filter(({ verdict }) => verdict === 'ok')
  const trouble = rows.filter(({ verdict }) => verdict !== 'ok')
  if (!verbose && trouble.length === 0) {
    const line = `${mark} ${padEnd(group, heading)} ${well.map(({ says }) => says).join(' · ')}`
    return [columns === undefined ? line : cut(line, columns)]
  }
  const aside = !verbose && well.length > 0 ? `  ${colors.dim(othersWell(well.length))}` : ''
  const shown = verbose ? rows : trouble
  return [
    `${mark} ${colors.bold(group)}${aside}`,
    ...shown.flatMap((row, index) => rowLines(row, shown[index + 1], colors)),
  ]
}

/** The end: what was not looked at, how many there are of what is wrong, and how long it took. */
export function checkSummary(told: readonly CheckLine[], ms: number, { colors }: CheckView): string[] {
  const { red, yellow, dim } = colors
  const problems = told.filter(({ verdict }) => verdict === 'problem').length
  const warnings = told.filter(({ verdict }) => verdict === 'warning').length
  const said = [
    problems === 0 ? 'nothing is wrong' : red(counted(problems, 'problem')),
    ...(warnings > 0 ? [yellow(counted(warnings, 'warning'))] : []),
  ]
  const end = `${marked(problems > 0 ? 'problem' : 'ok', colors)} ${said.join(', ')}  ${dim(elapsed(ms))}`
  return [...skippedLines(told, colors), end]
}

function skippedLines(told: readonly CheckLine[], { dim }: Colors): string[] {
  const skipped = contained(told).filter(({ verdict }) => verdict === 'skipped')
  return [...new Set(skipped.map(({ says }) => says))].map((says) => {
    const alike = skipped.filter((line) => line.says === says)
    const groups = [...new Set(alike.map(({ group }) => group))].join(', ')
    const hint = alike[0]?.hint
    return dim(`– not looked at: ${groups}; ${says}${hint ? `: ${hint}` : ''}`)
  })
}

interface Row {
  readonly verdict: Verdict
  readonly says: string
  readonly hint: string | null
  readonly where: string | undefined
}

/** What several hosts have in common is one row. */
function rowsOf(told: readonly CheckLine[]): Row[] {
  const ofHosts = told.filter(({ place }) => place?.host !== undefined)
  const rows = told.flatMap((line) => (line.place?.host === undefined ? [rowOf(line)] : []))
  const folded = worstFirst.flatMap((verdict) =>
    foldedRows(ofHosts.filter((line) => line.verdict === verdict)),
  )
  return [...rows, ...folded]
}

function rowOf({ verdict, says, hint, place, error }: CheckLine): Row {
  const code = error && verdict === 'problem' ? `${error.code}: ` : ''
  const { call, file, line, ...rest } = place ?? {}
  // What the words tell already: the call that errors of AWS begin with, the file of which they speak.
  const isCallTold = call !== undefined && says.startsWith(call)
  const isFileTold = file !== undefined && says.includes(line === undefined ? file : `${file}:${line}`)
  const where = placeText({ ...rest, ...(!isCallTold && { call }), ...(!isFileTold && { file, line }) })
  const isTold = where !== undefined && says.includes(where)
  return { verdict, says: `${code}${says}`, hint, where: isTold ? undefined : where }
}

function foldedRows(lines: readonly CheckLine[]): Row[] {
  return sharedReasons(lines.map(({ place, says }) => ({ name: place?.host ?? '', message: says }))).flatMap(
    ({ hosts, lines: [reason = ''] }) => {
      const first = lines.find(({ place }) => place?.host === hosts[0])
      return first ? [rowOf({ ...first, place: null, says: `${hostNames(hosts)}: ${reason}` })] : []
    },
  )
}

/** What several in a row have for a hint is told behind the last of them. */
function rowLines({ verdict, says, hint, where }: Row, next: Row | undefined, colors: Colors): string[] {
  const [first = '', ...rest] = says.split('\n')
  return [
    `  ${marked(verdict, colors)} ${first}${where === undefined ? '' : colors.dim(`  ${where}`)}`,
    ...rest.map((line) => `    ${line}`),
    ...(hint === null || hint === next?.hint || verdict === 'ok'
      ? []
      : [`    ${colors.cyan('hint')}: ${hint}`]),
  ]
}

function marked(verdict: Verdict, { green, yellow, red }: Colors): string {
  if (verdict === 'ok') return green('✓')
  return verdict === 'warning' ? yellow('!') : red('✗')
}

const othersWell = (count: number): string =>
  count === 1 ? 'the other one is well' : `the other ${count} are well`

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
