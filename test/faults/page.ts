import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { markdownOf, readTable, sumOf, type Table } from './table.ts'

const file = join(import.meta.dirname, '../../docs/faults.md')

export interface Report {
  readonly table: Table
  /** When, how large, and how far it went. */
  readonly line: string
  /** Of a campaign that is gone through in parts, `2/5`. */
  readonly part?: string
}

/** Puts a campaign on its page, between its marks: in place of the last one, or, of one in parts, beside the other parts. */
export async function writeReport(mark: 'campaign' | 'full', { table, line, part }: Report): Promise<void> {
  const text = await readFile(file, 'utf8')
  const between = new RegExp(`(<!-- ${mark} -->\n)([^]*)(<!-- /${mark} -->)`)
  const [, , before = ''] = between.exec(text) ?? []
  const earlier = part === undefined ? [] : before.split('\n').filter((line) => / part \d+\/\d+,/.test(line))
  if (earlier.some((line) => line.includes(` part ${part},`)))
    throw new Error(`part ${part} is on the page already: take the campaign before it away first`)
  const sum = earlier.length > 0 ? sumOf(readTable(before), table) : table
  const lines = [...earlier, line].map((each) => `${each}\n`).join('\n')
  await writeFile(
    file,
    text.replace(between, (_, begin, _before, end) => `${begin}${markdownOf(sum)}\n\n${lines}${end}`),
  )
}
