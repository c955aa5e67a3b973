import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { blocksOf, pages as forUsers } from './examples.ts'
import { repository } from './program.ts'

const program = join(repository, 'packages/core/bin/tasks.js')
const pages = [
  // The messages are what the tests of them have done.
  ...forUsers.filter((page) => page !== 'docs/messages.md'),
  'CONTRIBUTING.md',
  ...['instance-swap', 'dns-switch'].map((name) => `templates/${name}/README.md`),
]

/** A command line, and the directory in which it is understood. */
interface Shown {
  readonly line: string
  readonly directory: string
}

/** By page: where its task file lies. */
const ofTaskFiles = new Map<string, string>()

/** In a clone it is the repository's own command; in a template its; beside a task file that the page shows that one's. */
function directoryOf(page: string, line: string): string {
  if (page.startsWith('templates/')) return join(repository, page, '..')
  const taskFile = blocksOf(page, 'ts').find(({ text }) => text.includes('export default defineConfig('))
  if (line.startsWith('npx -y') || !taskFile) return repository
  const directory = ofTaskFiles.get(page) ?? mkdtempSync(join(tmpdir(), 'viridian-'))
  if (!ofTaskFiles.has(page)) {
    symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'))
    writeFileSync(join(directory, 'tasks.config.ts'), taskFile.text)
    ofTaskFiles.set(page, directory)
  }
  return directory
}

afterAll(() => {
  for (const directory of ofTaskFiles.values()) rmSync(directory, { recursive: true })
})

const own = /^(?:npx (?:-y pnpm@10 )?)?tasks /

const inBlocks = pages.flatMap((page): Shown[] =>
  blocksOf(page)
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => own.test(line))
    .map((line) => ({ line: line.replace(/ +#.*/, ''), directory: directoryOf(page, line) })),
)
const inProse = pages.flatMap((page): Shown[] =>
  [
    ...readFileSync(`${repository}${page}`, 'utf8').matchAll(/`((?:npx (?:-y pnpm@10 )?)?tasks [^`<]+)`/g),
  ].map(([, line = '']) => ({
    line,
    // The README's prose is about the deployments of the clone.
    directory: page === 'README.md' ? repository : directoryOf(page, line),
  })),
)

/** The words that lead to a command, and the flags behind them. */
function partsOf(line: string): { path: string[]; flags: string[] } {
  const [words = ''] = line.replace(own, '').split(' -- ')
  const [first = '', second = ''] = words.split(' ')
  const isNested = ['run', 'plan', 'cloud'].includes(first) && second !== ''
  const path = first.startsWith('-') ? [] : isNested ? [first, second] : [first]
  return { path, flags: words.match(/(?<= )--[\w-]+/g) ?? [] }
}

const helps = new Map<string, Promise<string>>()

function helpOf(path: readonly string[], directory: string): Promise<string> {
  // What the others take is the same everywhere.
  const where = /^(run|plan|resume|cloud)$/.test(path[0] ?? '') ? directory : repository
  const key = `${where} ${path.join(' ')}`
  const help = helps.get(key) ?? asked(path, where)
  helps.set(key, help)
  return help
}

const asked = async (path: readonly string[], cwd: string): Promise<string> =>
  (await promisify(execFile)(process.execPath, [program, ...path, '--help'], { cwd })).stdout

describe('a command that is shown', () => {
  it.each([...inBlocks, ...inProse].map((shown) => [shown.line, shown] as const))(
    '%s is understood',
    async (_, { line, directory }) => {
      const { path, flags } = partsOf(line)
      const help = await helpOf(path, directory)
      expect(help).toContain(`Usage: ${['tasks', ...path].join(' ')}`)
      for (const flag of flags) expect(help).toMatch(new RegExp(`${flag}\\b`))
    },
  )

  it('is there', () => {
    expect(inBlocks.length).toBeGreaterThan(20)
    expect(inProse.length).toBeGreaterThan(10)
  })

  it('is a script of this repository, where it is none of ours', () => {
    const { scripts } = JSON.parse(readFileSync(`${repository}package.json`, 'utf8'))
    const shown = pages.flatMap((page) => [
      ...readFileSync(`${repository}${page}`, 'utf8').matchAll(/npx -y pnpm@10 (?:run )?([\w:]+)/g),
    ])
    expect([...new Set(shown.map(([, script]) => script))].filter((name) => name !== 'exec')).toEqual(
      expect.arrayContaining(['tasks', 'test']),
    )
    for (const [, script = ''] of shown) expect([...Object.keys(scripts), 'exec']).toContain(script)
  })
})
