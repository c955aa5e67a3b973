import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeReport } from './page.ts'
import { readTable } from './table.ts'

let directory: string
let page: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'page-'))
  page = join(directory, 'faults.md')
  await writeFile(page, 'above\n\n<!-- full -->\n<!-- /full -->\n\nbelow\n')
})
afterEach(() => rm(directory, { recursive: true }))

const write = (marks: readonly string[], struck: number): Promise<void> => {
  const line = `2026-11-28, ${['every fault', ...marks].join(' ')} all tried.`
  return writeReport('full', { table: new Map([['hung', [struck, struck, 0, 0]]]), line, marks }, page)
}

const struck = async () => readTable(await readFile(page, 'utf8')).get('hung')?.[0]

it('puts parts and approaches beside each other, each once', async () => {
  await write(['part 1/2,'], 3)
  await write(['part 2/2,'], 4)
  await write(['part 1/2,', 'instance-swap-alb:'], 5)
  expect(await struck()).toBe(12)
  await expect(write(['part 1/2,', 'instance-swap-alb:'], 5)).rejects.toThrow(
    'part 1/2, of instance-swap-alb: is on the page already',
  )
  expect((await readFile(page, 'utf8')).match(/^2026-/gm)).toHaveLength(3)
})

it('puts a whole campaign in the place of all before', async () => {
  await write(['part 1/2,'], 3)
  await write([], 9)
  expect(await struck()).toBe(9)
  expect(await readFile(page, 'utf8')).toMatch(/^above\n[\s\S]*\nbelow\n$/)
})
