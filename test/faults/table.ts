import type { Course } from './course.ts'
import type { Finding, Strike } from './siege.ts'

interface Struck extends Strike {
  readonly finding: Finding
}

const columns = ['struck', 'ended all green', 'ended all blue', 'violations'] as const

/** What came of each kind of fault: how often it was struck, and the other columns. */
export type Table = ReadonlyMap<string, readonly number[]>

export function tableOf(campaigns: readonly Course[]): Table {
  const findings = campaigns.flatMap((each) => each.findings)
  const strikes = findings.flatMap((finding) => finding.struck.map((strike) => ({ ...strike, finding })))
  const faults = [...new Set(strikes.map(({ fault }) => fault))]
  return new Map(faults.map((fault) => [fault, rowOf(strikes.filter((each) => each.fault === fault))]))
}

function rowOf(strikes: readonly Struck[]): number[] {
  const count = (is: (finding: Finding) => boolean): number =>
    strikes.filter(({ finding }) => is(finding)).length
  return [
    strikes.length,
    count(({ end, violations }) => end === 'green' && violations.length === 0),
    count(({ end, violations }) => end === 'blue' && violations.length === 0),
    count(({ violations }) => violations.length > 0),
  ]
}

/** Several campaigns as one. */
export const sumOf = (...tables: readonly Table[]): Table =>
  new Map(
    [...new Set(tables.flatMap((table) => [...table.keys()]))].map((fault) => [
      fault,
      added(tables.map((table) => table.get(fault) ?? [])),
    ]),
  )

const added = (rows: readonly (readonly number[])[]): number[] =>
  columns.map((_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0))

const all = '**all**'

/** As Markdown: a row for each kind of fault, and the sum. */
export function markdownOf(table: Table): string {
  const rows = [...table].sort(([one], [other]) => (one < other ? -1 : 1))
  const lines = [...rows, [all, added(rows.map(([, row]) => row))] as const]
  return [
    `| fault | ${columns.join(' | ')} |`,
    '|---|---|---|---|---|',
    ...lines.map(([fault, row]) => `| ${[fault, ...row].join(' | ')} |`),
  ].join('\n')
}

/** A table that stands in Markdown. */
export function readTable(text: string): Table {
  const rows = [...text.matchAll(/^\| ([^|]+?) ((?:\| \d+ )+)\|$/gm)].map(
    ([, fault = '', cells = '']) => [fault, cells.match(/\d+/g)?.map(Number) ?? []] as const,
  )
  return new Map(rows.filter(([fault]) => fault !== all))
}

/** How many addresses there are, and how many were tried. */
export function reachOf({ subject, addresses, tried, findings }: Course): string {
  const faults = findings.reduce((sum, { struck }) => sum + struck.length, 0)
  return `${subject.name}: ${tried} of ${addresses} addresses tried, by ${faults} faults in ${findings.length} runs`
}
