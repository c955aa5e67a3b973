import { createHash } from 'node:crypto'
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { FileJournal, readJournal } from './journal.ts'

const at = '2026-01-01T00:00:00.000Z'
let file: string

beforeEach(async () => {
  file = join(await temporaryDirectory(), 'runs', 'one.jsonl')
})

async function write(roles: readonly string[]): Promise<void> {
  const journal = await FileJournal.open(file)
  await Promise.all(roles.map((role) => journal.append({ kind: 'role.assigned', at, role, hosts: [] })))
  await journal.close()
}

describe('a journal file', () => {
  it('gives back what was appended, in order, also when it was appended side by side', async () => {
    const roles = Array.from({ length: 50 }, (_, index) => `role-${index}`)
    await write(roles)
    const records = await readJournal(file)
    expect(records.map((record) => (record.kind === 'role.assigned' ? record.role : ''))).toEqual(roles)
  })

  it('is private to the user', async () => {
    await write(['a'])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(join(file, '..'))).mode & 0o777).toBe(0o700)
  })

  it('drops a torn last line', async () => {
    await write(['a', 'b'])
    await appendFile(file, 'abc {"kind":"comm')
    await expect(readJournal(file)).resolves.toHaveLength(2)
  })

  it('goes on behind a torn last line with a line of its own', async () => {
    await write(['a', 'b'])
    await appendFile(file, 'abc {"kind":"comm')
    await write(['c'])
    const records = await readJournal(file)
    expect(records.map((record) => (record.kind === 'role.assigned' ? record.role : ''))).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  it('takes a torn line away when it goes on, and not when it is opened: another process may be writing it', async () => {
    await write(['a'])
    await appendFile(file, 'abc {"kind":"comm')
    const torn = await readFile(file, 'utf8')
    await (await FileJournal.open(file)).close()
    expect(await readFile(file, 'utf8')).toBe(torn)
    await write(['b'])
    expect((await readJournal(file)).map(({ kind }) => kind)).toEqual(['role.assigned', 'role.assigned'])
  })

  it('is only ever added to', async () => {
    await write(['a'])
    const before = await readFile(file, 'utf8')
    await write(['b'])
    expect((await readFile(file, 'utf8')).startsWith(before)).toBe(true)
  })

  it('of another format says so', async () => {
    const text = JSON.stringify({ kind: 'run.started', at, format: 2 })
    await write([])
    await writeFile(file, `${createHash('sha256').update(text).digest('hex').slice(0, 12)} ${text}\n`)
    await expect(readJournal(file)).rejects.toMatchObject({
      code: 'E_JOURNAL_DAMAGED',
      message: expect.stringMatching(
        /line 1 says that its format is 2; this version of Viridian reads format 1/,
      ),
    })
  })

  it('of a newer version says so in few words', async () => {
    const text = JSON.stringify({ kind: 'step.dreamt', at })
    await write([])
    await writeFile(file, `${createHash('sha256').update(text).digest('hex').slice(0, 12)} ${text}\n`)
    await expect(readJournal(file)).rejects.toMatchObject({
      code: 'E_JOURNAL_DAMAGED',
      message:
        "the journal's line 1 is of a kind that this version does not know (step.dreamt): a newer one has written it",
    })
  })

  it.each([
    ['a line that is cut', (text: string) => text.replace(/\n.{5}/, '\n'), 2],
    ['two lines in one', (text: string) => text.replace('\n', ''), 1],
    ['an empty line', (text: string) => text.replace('\n', '\n\n'), 2],
    ['a zeroed line', (text: string) => `\0\0\0\0\n${text}`, 1],
  ])('names the line of %s', async (_, damage, line) => {
    await write(['a', 'b', 'c'])
    await writeFile(file, damage(await readFile(file, 'utf8')))
    await expect(readJournal(file)).rejects.toMatchObject({
      code: 'E_JOURNAL_DAMAGED',
      place: { file, line },
    })
  })

  it('names the line of any other damage', async () => {
    await write(['a', 'b', 'c'])
    await writeFile(file, (await readFile(file, 'utf8')).replace('"role":"b"', '"role":"x"'))
    await expect(readJournal(file)).rejects.toMatchObject({
      code: 'E_JOURNAL_DAMAGED',
      place: { file, line: 2 },
    })
  })

  it('fails to open where nothing can be written', async () => {
    await writeFile(join(file, '..', '..', 'runs'), 'a file, not a directory')
    await expect(FileJournal.open(file)).rejects.toMatchObject({ code: 'E_JOURNAL_WRITE' })
  })
})
