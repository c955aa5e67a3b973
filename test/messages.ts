import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFailed } from 'vitest'

/** A bad input, and what a person got for it. */
export interface Message {
  /** In a few words, unique in its test file: `unknown task`. */
  readonly case: string
  /** What was typed, or what was done to the run. */
  readonly command: string
  readonly exitCode: number | null
  /** All that stood on the screen: the last error on it is what counts. */
  readonly screen: string
}

const page = fileURLToPath(new URL('../docs/messages.md', import.meta.url))
const updating = Boolean(process.env.UPDATE_MESSAGES)
const recorded = new Map<string, string>()

/**
 * Records what a person got for a bad input. docs/messages.md holds all of these, a section a test file; a message that
 * is not as it stands there fails the test, until `UPDATE_MESSAGES=1` writes the section anew.
 */
export function record(message: Message): void {
  const row = rowOf(message)
  const name = cell(message.case)
  if (recorded.has(name)) throw new Error(`"${name}" is recorded twice in this file`)
  recorded.set(name, row)
  onTestFailed(() => {
    recorded.delete(name)
  })
  if (!updating) expect(rowsOf(readPage(), chapter()).get(name), hint()).toBe(row)
}

/** The last error on a screen, from its code to the end, as a person reads it. */
export function lastError(screen: string): string {
  const lines = screen.trimEnd().split('\n')
  const from = lines.findLastIndex((line) => /^E_[A-Z_]+: /.test(line))
  if (from < 0) throw new Error(`no error stands on the screen:\n${screen}`)
  return lines.slice(from).join('\n')
}

/** What the page holds of a test file is what the file has recorded, no more; the next file begins anew. */
export async function seeRecorded(suite: Suite): Promise<void> {
  const complete = !JSON.stringify(modesOf(suite)).includes('skip')
  try {
    if (updating && recorded.size > 0) await withPage(() => writeSection(complete))
    else if (complete) expect([...rowsOf(readPage(), chapter()).keys()], hint()).toEqual([...recorded.keys()])
  } finally {
    recorded.clear()
  }
}

const hint = (): string => `docs/messages.md is not what is printed now: UPDATE_MESSAGES=1 writes it anew`

/** A test file, or a part of it. */
interface Suite {
  readonly mode: string
  readonly tasks?: readonly unknown[]
}

/** What ran: with a filter only a part of the file does. */
const modesOf = ({ mode, tasks = [] }: Suite): unknown => [
  mode,
  tasks.map((task) => (isSuite(task) ? modesOf(task) : [])),
]

const isSuite = (task: unknown): task is Suite => typeof task === 'object' && task !== null && 'mode' in task

/** The name of the test file: `usage`. */
const chapter = (): string => basename(expect.getState().testPath ?? '', '.test.ts')

function rowOf({ case: name, command, exitCode, screen }: Message): string {
  const said = stable(lastError(screen)).split('\n').map(cell).join('<br>')
  return `| ${cell(name)} | <code>${cell(stable(command))}</code> | ${exitCode} | <pre>${said}</pre> |`
}

/** What differs from run to run and from machine to machine, as a word for it. */
function stable(text: string): string {
  const words: [RegExp | string, string][] = [
    [/\/[\w/.-]*\/viridian-[A-Za-z0-9]{6}/g, '/project'],
    [fileURLToPath(new URL('..', import.meta.url)), '/viridian/'],
    [/--\d{8}-\d{1,6}-[0-9a-z-]{8,}\b/g, '--COPY'],
    [/\b\d{8}-\d{6}-[0-9a-z]{4}\b/g, 'RUN'],
    [/\b(i|ami|snap|sg|subnet|vpc)-[0-9a-f]{8,17}\b/g, '$1-…'],
    [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'REQUEST'],
    [/SHA256:[A-Za-z0-9+/]{43}/g, 'SHA256:…'],
    [/\bZ[0-9A-Z]{12,}\b/g, 'Z…'],
    [/\b([\w-]+)-\d+(\.[a-z0-9-]+\.elb\.)/g, '$1-…$2'],
    [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
    [/\b\d{8}T\d{6}Z/g, 'TIME'],
    [/\b127\.\d+\.\d+\.\d+(:\d+)?/g, '127.0.0.1:PORT'],
    [/SHA256:[\w+/]{43}/g, 'SHA256:…'],
    [/(has lost what was attached: \S+ is ).*/g, '$1STATE'],
    [/\bprocess \d+/g, 'process PID'],
    [/\bfor \d+ s\b/g, 'for N s'],
    [/\bfor (\d+m )?[\d.]+m?s(?=[;\n]|$)/g, 'for N s'],
    [/\b[\d,]+ requests? in\b/g, 'N requests in'],
    [`${userInfo().username} on ${hostname()}`, 'USER on HOST'],
    [`${userInfo().username}@${hostname()}`, 'USER@HOST'],
  ]
  return words.reduce((rest, [word, name]) => rest.replaceAll(word, name), text)
}

const cell = (text: string): string =>
  text.replace(
    /[&<>|\n]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '|': '&#124;' })[sign] ?? '<br>',
  )

const title = `# What a person gets for bad input and failing parts

Written by the tests in \`test/breaks/\` from what the \`tasks\` command really printed. What differs from run to run stands
as a word: \`RUN\`, \`i-…\`, \`PORT\`. Exit codes: 1 failed, and nothing of it is left; 2 not understood; 3 something is left;
4 locked; 130 interrupted, and undone.
`
const head = '| case | what was done | exit code | the message |\n|---|---|---|---|\n'

function readPage(): string {
  try {
    return readFileSync(page, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return title
    throw error
  }
}

/** The rows of a section, by case. */
function rowsOf(text: string, name: string): Map<string, string> {
  const section = sectionsOf(text).get(name) ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| ') && !head.startsWith(line))
  return new Map(rows.map((row) => [row.slice(2, row.indexOf(' | <code>')), row]))
}

const sectionsOf = (text: string): Map<string, string> =>
  new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n'))]),
  )

/** Without all of the file's tests, what was not recorded now stays. */
function writeSection(complete: boolean): void {
  const sections = sectionsOf(readPage())
  const rows = new Map([...(complete ? [] : rowsOf(readPage(), chapter())), ...recorded])
  sections.set(chapter(), `\n\n${head}${[...rows.values()].join('\n')}\n\n`)
  const texts = [...sections]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, text]) => `## ${name}${text}`)
  writeFileSync(
    `${page}.new`,
    `${[title, ...texts]
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trimEnd()}\n`,
  )
  renameSync(`${page}.new`, page)
}

/** Test files run side by side: one at a time writes. */
async function withPage(write: () => void): Promise<void> {
  const lock = `${page}.lock`
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      await sleep(50)
    }
  }
  try {
    write()
  } finally {
    rmdirSync(lock)
  }
}
