import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { record } from '../messages.ts'
import { ended, Project } from '../project.ts'
import { refused, screenOf } from './told.ts'

const good = "import { defineConfig, task } from '@viridian/core'\n"

describe('the task file', () => {
  it.each<[string, Record<string, string>, string, RegExp]>([
    ['no task file', {}, 'E_CONFIG_MISSING', /hint: .*--config/],
    ['an empty task file', { 'tasks.config.ts': '' }, 'E_CONFIG_INVALID', /no default export/],
    [
      'a task file that does not compile',
      { 'tasks.config.ts': `${good}const greet = task({}, async (t) => {\n  t.say('hello'\n})\n` },
      'E_CONFIG_BROKEN',
      /^ {2}4 \| \}\)\n {6}\^\n {2}at tasks\.config\.ts:4$/m,
    ],
    [
      'a task file that throws',
      {
        'tasks.config.ts': `${good}const settings = {}\nexport default defineConfig({ tasks: {}, ssh: settings.ssh.user })\n`,
      },
      'E_CONFIG_BROKEN',
      /\(reading 'user'\)\n {2}3 \| export[^\n]*\n {61}\^\n {2}at tasks\.config\.ts:3$/m,
    ],
    [
      'a file beside it that does not compile',
      {
        'tasks.config.ts': `${good}import { a } from './a.ts'\nexport default defineConfig({ tasks: { a } })`,
        'a.ts': 'export const a =\n  const b\n',
      },
      'E_CONFIG_BROKEN',
      /^ {2}2 \| {3}const b\n {8}\^\n {2}at a\.ts:2$/m,
    ],
    [
      'a file beside it that throws',
      {
        'tasks.config.ts': `${good}import { a } from './a.ts'\nexport default defineConfig({ tasks: { a } })`,
        'a.ts': "export const a = 1\n\nthrow new Error('not today')\n",
      },
      'E_CONFIG_BROKEN',
      /not today\n {2}3 \| throw new Error\('not today'\)\n {12}\^\n {2}at a\.ts:3/m,
    ],
    [
      'a file beside it that is missing',
      {
        'tasks.config.ts': `${good}import { a } from './nowhere.ts'\nexport default defineConfig({ tasks: { a } })`,
      },
      'E_CONFIG_BROKEN',
      /'\.\/nowhere\.ts'\n {2}2 \| import[^\n]*\n {24}\^\n {2}at tasks\.config\.ts:2/m,
    ],
    [
      'a package that is not installed',
      {
        'tasks.config.ts': `${good}import { a } from 'nowhere-to-be-found'\nexport default defineConfig({ tasks: { a } })`,
      },
      'E_CONFIG_BROKEN',
      /'nowhere-to-be-found'\n {2}2 \| [\s\S]*at tasks\.config\.ts:2[\s\S]*npm install nowhere-to-be-found$/m,
    ],
    [
      'a name that a package does not export',
      {
        'tasks.config.ts':
          "import { tusk } from '@viridian/core'\nexport default { tasks: { a: tusk({}, async () => {}) } }\n",
      },
      'E_CONFIG_BROKEN',
      /: tusk is not a function[\s\S]*at tasks\.config\.ts:2/,
    ],
    [
      'a task file that a timer breaks',
      {
        'tasks.config.ts': `${good}setTimeout(() => { throw new Error('too early') })\nawait new Promise((go) => setTimeout(go, 30_000))\n`,
      },
      'E_CONFIG_BROKEN',
      /too early\n {2}2 \| setTimeout[\s\S]*at tasks\.config\.ts:2$/m,
    ],
    [
      'a task file that throws a string',
      { 'tasks.config.ts': "throw 'not today'\n" },
      'E_CONFIG_BROKEN',
      /: not today\n {2}at tasks\.config\.ts$/m,
    ],
    [
      'no default export',
      { 'tasks.config.ts': 'export const tasks = {}\n' },
      'E_CONFIG_INVALID',
      /no default/,
    ],
    ['a number exported', { 'tasks.config.ts': 'export default 42\n' }, 'E_CONFIG_INVALID', /is a number/],
    ['no tasks exported', { 'tasks.config.ts': 'export default {}\n' }, 'E_CONFIG_INVALID', /at tasks:/],
    [
      'a plain function as a task',
      { 'tasks.config.ts': 'export default { tasks: { deploy: { now: async () => {} } } }\n' },
      'E_CONFIG_INVALID',
      /tasks\.deploy\.now[\s\S]*task\(\{/,
    ],
    [
      'a plugin whose factory is not called',
      {
        'tasks.config.ts':
          "import { ec2 } from '@viridian/aws-ec2'\nexport default { tasks: {}, plugins: [ec2] }\n",
      },
      'E_CONFIG_INVALID',
      /plugins\.0.*call its factory/,
    ],
    [
      'a role that is no list',
      { 'tasks.config.ts': "export default { tasks: {}, roles: { web: 'web-1' } }\n" },
      'E_CONFIG_INVALID',
      /roles\.web.*list of hosts/,
    ],
    [
      'a role that any instance would be in',
      {
        'tasks.config.ts': `${good}import { ec2 } from '@viridian/aws-ec2'\nconst web = ec2().hosts({})\nexport default defineConfig({ tasks: {}, roles: { web } })\n`,
      },
      'E_CONFIG_BROKEN',
      /neither a group nor a tag\n[\s\S]*at tasks\.config\.ts:3\nhint: write/,
    ],
    [
      'a default stage that is none',
      { 'tasks.config.ts': "export default { tasks: {}, stages: { local: {} }, defaultStage: 'locl' }\n" },
      'E_CONFIG_INVALID',
      /did you mean local\?/,
    ],
    [
      'a default for no argument',
      {
        'tasks.config.ts': `${good}export default defineConfig({ tasks: { a: task({ args: { group: 'string' } }, async () => {}) }, stages: { local: { defaults: { gruop: 'web' } } } })\n`,
      },
      'E_CONFIG_INVALID',
      /stages\.local\.defaults\.gruop[\s\S]*did you mean group\?/,
    ],
    [
      'an argument named as a global flag',
      {
        'tasks.config.ts': `${good}export default defineConfig({ tasks: { a: task({ args: { stage: 'string' } }, async () => {}) } })\n`,
      },
      'E_CONFIG_INVALID',
      /task "a", argument "stage": --stage is a flag of every command/,
    ],
    [
      'an argument that says no',
      {
        'tasks.config.ts': `${good}export default defineConfig({ tasks: { a: task({ args: { noCache: 'boolean' } }, async () => {}) } })\n`,
      },
      'E_CONFIG_INVALID',
      /"noCache".*--no-/,
    ],
    [
      'an argument of no type',
      {
        'tasks.config.ts': `${good}export default defineConfig({ tasks: { a: task({ args: { x: 'strng' } }, async () => {}) } })\n`,
      },
      'E_CONFIG_INVALID',
      /"strng" is not a type; there are string,/,
    ],
  ])(
    '%s',
    async (name, files, code, said) => {
      const project = await Project.of(files)
      try {
        const result = await project.tasks('run', 'a')
        refused(result, { exitCode: 2, code, said })
        const listed = await project.json(['list'])
        expect(listed.events).toHaveLength(1)
        expect(listed.last('run.finished')).toMatchObject({ exitCode: 2, error: { code } })
        record({ case: name, command: 'tasks run a', exitCode: 2, screen: screenOf(result) })
      } finally {
        await project.remove()
      }
    },
    30_000,
  )

  it('a file named with --config that is not there', async () => {
    const project = await Project.of({})
    const result = await project.tasks('list', '--config', 'elsewhere.ts')
    refused(result, { exitCode: 2, code: 'E_CONFIG_MISSING', said: /at elsewhere\.ts[\s\S]*hint:/ })
    record({
      case: 'a task file that is not there',
      command: 'tasks list --config elsewhere.ts',
      exitCode: 2,
      screen: screenOf(result),
    })
    await project.remove()
  }, 30_000)

  it('that does not compile is why nobody knows the command of a plugin', async () => {
    const project = await Project.of({ 'tasks.config.ts': 'export default {' })
    const result = await project.tasks('cloud', 'up')
    refused(result, { exitCode: 2, code: 'E_CONFIG_BROKEN', said: /at tasks\.config\.ts:1/ })
    await project.remove()
  }, 30_000)

  it.each([
    ['run', 'a', '--help'],
    ['help', 'plan', 'a'],
    ['run', '--count', '2', 'a'],
  ])(
    'that does not compile is why nobody knows the flags of a task: %s %s %s',
    async (...words) => {
      const project = await Project.of({ 'tasks.config.ts': 'export default {' })
      const result = await project.tasks(...words)
      refused(result, { exitCode: 2, code: 'E_CONFIG_BROKEN', said: /at tasks\.config\.ts:1/ })
      await project.remove()
    },
    30_000,
  )

  it('takes the command of one plugin on two stages once', async () => {
    const project = await Project.of({
      'tasks.config.ts': `${good}import { localCloud } from '@viridian/local-cloud'
const stage = { plugins: [localCloud()] }
export default defineConfig({ tasks: {}, stages: { one: stage, two: stage } })
`,
    })
    expect(await project.tasks('list')).toMatchObject({ exitCode: 0, stderr: '' })
    const result = await project.tasks('cloud', 'dwn')
    refused(result, { exitCode: 2, code: 'E_USAGE', said: /did you mean down\?/ })
    record({
      case: 'unknown action',
      command: 'tasks cloud dwn',
      exitCode: 2,
      screen: screenOf(result),
    })
    await project.remove()
  }, 30_000)

  it("is compiled into a directory that is the user's alone", async () => {
    const project = await Project.of({
      'tasks.config.ts': `${good}export default defineConfig({ tasks: {} })`,
      'temporary/kept': '',
    })
    const temporary = join(project.directory, 'temporary')
    const run = async (home: string) =>
      ended(project.start(['list'], { HOME: home, XDG_CACHE_HOME: '', TMPDIR: temporary }))
    const home = join(project.directory, 'home')
    expect(await run(home)).toMatchObject({ exitCode: 0, stderr: '' })
    const cache = join(home, '.cache/viridian')
    expect((await stat(cache)).mode & 0o777).toBe(0o700)
    expect(await readdir(cache)).toHaveLength(1)
    expect(await run('/dev/null')).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await readdir(temporary)).toEqual(['kept'])
    await project.remove()
  }, 30_000)
})
