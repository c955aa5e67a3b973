import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { markdownOf, readTable, sumOf, type Table } from './table.ts'

const file = join(import.meta.dirname, '../../docs/faults.md')

export interface Report {
  readonly table: Table
  /** When, how large, and how far it went. */
  readonly line: string
  /** What tells a campaign that is one of several from the others, as its line says it: its part, its approach. */
  readonly marks: readonly string[]
}

/** Puts a campaign on its page, between its marks: in place of the last one, or beside the others of several. */
export async function writeReport(
  name: 'campaign' | 'full',
  { table, line, marks }: Report,
  page = file,
): Promise<void> {
  const text = await readFile(page, 'utf8')
  const between = new RegExp(`(<!-- ${name} -->\n)([^]*)(<!-- /${name} -->)`)
  const [, , before = ''] = between.exec(text) ?? []
  const earlier = marks.length === 0 ? [] : before.split('\n').filter((each) => /^\d{4}-/.test(each))
  if (earlier.some((each) => marks.every((mark) => each.includes(mark))))
    throw new Error(`${marks.join(' of ')} is on the page already: take the campaign before it away first`)
  const sum = earlier.length > 0 ? sumOf(readTable(before), table) : table
  const lines = [...earlier, line].map((each) => `${each}\n`).join('\n')
  await writeFile(
    page,
    text.replace(between, (_, begin, _before, end) => `${begin}${markdownOf(sum)}\n\n${lines}${end}`),
  )
}
