import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { reportOf } from '../error.ts'
import { loadConfig } from './load.ts'

const core = fileURLToPath(new URL('../..', import.meta.url))
// A task file that was loaded is looked at again by the next one's loading.
let projects: string
let project: string

beforeAll(async () => {
  projects = await mkdtemp(join(tmpdir(), 'viridian-'))
  // Others are to reach the projects, as they are where a person has them.
  await chmod(projects, 0o755)
})

afterAll(() => rm(projects, { recursive: true }))

beforeEach(async () => {
  project = await mkdtemp(join(projects, 'config-'))
  await mkdir(join(project, 'node_modules/@viridian'), { recursive: true })
  await symlink(core, join(project, 'node_modules/@viridian/core'))
})

const write = (text: string, name = 'tasks.config.ts'): Promise<void> => writeFile(join(project, name), text)
const good = `
import { defineConfig, task } from '@viridian/core'
import { text } from './text.ts'
const hello = task({ summary: text }, async (t): Promise<void> => t.say('hello'))
export default defineConfig({ tasks: { greet: { hello } } })
`

describe('a task file', () => {
  it('is found from a directory below it, and may import other TypeScript', async () => {
    await write(good)
    await write("export const text: string = 'Say hello'", 'text.ts')
    await mkdir(join(project, 'a/b'), { recursive: true })
    const loaded = await loadConfig(join(project, 'a/b'))
    expect(loaded).toMatchObject({ directory: project, file: join(project, 'tasks.config.ts') })
    expect(loaded.config.tasks).toMatchObject({ greet: { hello: { summary: 'Say hello' } } })
  })

  it('may import by the paths of the nearest tsconfig.json, and needs none that can be read', async () => {
    await mkdir(join(project, 'packages/deploy'), { recursive: true })
    await mkdir(join(project, 'shared'))
    await write("export const text: string = 'Say hello'", 'shared/text.ts')
    const paths = { '@shared/*': ['./shared/*'] }
    await write(JSON.stringify({ compilerOptions: { paths } }), 'tsconfig.json')
    await write(good.replace('./text.ts', '@shared/text'), 'packages/deploy/tasks.config.ts')
    const { config, sources } = await loadConfig(join(project, 'packages/deploy'))
    expect(config.tasks).toMatchObject({ greet: { hello: { summary: 'Say hello' } } })
    expect(Object.keys(sources)).toContain('../../shared/text.ts')
    await write(JSON.stringify({ extends: './nowhere.json' }), 'tsconfig.json')
    await write('export default { tasks: {} }')
    expect((await loadConfig(project)).config).toEqual({ tasks: {} })
  })

  it('tells of a tsconfig.json that cannot be read where its paths may be missing', async () => {
    await write(JSON.stringify({ extends: './nowhere.json' }), 'tsconfig.json')
    await write(good.replace('./text.ts', '@shared/text'))
    const report = reportOf(await loadConfig(project).catch((error: unknown) => error))
    expect(report).toMatchObject({
      code: 'E_CONFIG_BROKEN',
      causes: [
        expect.stringMatching(
          /^a tsconfig\.json that cannot be read, .*: File '\.\/nowhere\.json' not found/,
        ),
      ],
    })
  })

  it.each(['tasks.config.cjs', 'tasks.config.mjs'])('is found as %s', async (name) => {
    await write(
      name.endsWith('cjs') ? 'module.exports = { tasks: {} }' : 'export default { tasks: {} }',
      name,
    )
    expect((await loadConfig(project)).file).toBe(join(project, name))
  })

  it.each(['own.cts', 'own.mts'])('may be %s where it is named', async (name) => {
    await write("export default { tasks: {}, roles: { web: ['web-1'] } }", name)
    expect((await loadConfig(project, join(project, name))).config.roles).toEqual({ web: ['web-1'] })
  })

  it.each([
    ['does not compile', 'const a = 1\nexport default { tasks: {', 2, /Unexpected token/],
    [
      'throws',
      'const list: string[] = []\nconst n = list[0].length\nexport default { tasks: { n } }',
      2,
      /reading 'length'/,
    ],
    [
      'imports what is not there',
      "import { x } from './nowhere.ts'\nexport default { tasks: { x } }",
      1,
      /nowhere/,
    ],
  ])('that %s is broken, at its line', async (_, text, line, message) => {
    await write(text)
    await expect(loadConfig(project)).rejects.toMatchObject({
      code: 'E_CONFIG_BROKEN',
      place: { file: join(project, 'tasks.config.ts'), line },
      message: expect.stringMatching(message),
    })
  })

  it('shows the line, with a caret below the place', async () => {
    await write('const list: string[] = []\nconst n = list[0].length\nexport default { tasks: { n } }')
    const [, excerpt = '', caret = ''] = String(
      await loadConfig(project).catch(({ message }: Error) => message),
    ).split('\n')
    expect(excerpt).toBe('  2 | const n = list[0].length')
    expect(excerpt.slice(caret.indexOf('^'))).toBe('length')
  })

  it.each([
    ['export default 7', /is a number/],
    ['export default { tasks: { a: 3 } }', /tasks\.a is neither/],
    ['export default { tasks: {}, defaultStage: "moon" }', /"moon" is not one of stages/],
  ])('%j is invalid', async (text, message) => {
    await write(text)
    await expect(loadConfig(project)).rejects.toMatchObject({
      code: 'E_CONFIG_INVALID',
      message: expect.stringMatching(message),
    })
  })

  it('that is missing is said to be', async () => {
    await expect(loadConfig(project)).rejects.toMatchObject({ code: 'E_CONFIG_MISSING' })
    await expect(loadConfig(project, join(project, 'other.ts'))).rejects.toMatchObject({
      code: 'E_CONFIG_MISSING',
    })
  })

  it.runIf(process.getuid?.() === 0)(
    'that somebody else has put where everybody may is run only when it is named',
    async () => {
      const nobody = 65534
      await write('globalThis.ranPlanted = true; export default { tasks: {} }')
      const file = join(project, 'tasks.config.ts')
      await chown(file, nobody, nobody)
      await chmod(project, 0o1777)
      await mkdir(join(project, 'mine'))
      for (const from of [project, join(project, 'mine')])
        await expect(loadConfig(from)).rejects.toMatchObject({ code: 'E_NOT_OURS', place: { file } })
      expect(globalThis).not.toHaveProperty('ranPlanted')
      await expect(loadConfig(project, file)).resolves.toMatchObject({ file })
      expect(globalThis).toHaveProperty('ranPlanted')
      await chmod(project, 0o755)
      await expect(loadConfig(join(project, 'mine'))).resolves.toMatchObject({ file })
    },
  )
})
