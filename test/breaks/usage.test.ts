import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { record } from '../messages.ts'
import { Project, type Result } from '../project.ts'

const stackTrace = /\n\s+at .*\(?.*:\d+:\d+\)?/

const config = `
import { elb } from '@viridian/aws-elb'
import { defineConfig, remoteTask, task } from '@viridian/core'

const traffic = elb()
const greet = task(
  {
    summary: 'Say hello',
    args: { name: 'string', times: { type: 'number', default: 1 }, loud: { type: 'boolean', default: true }, pause: { type: 'duration', default: '0s' }, tone: { type: 'string', choices: ['warm', 'cold'], default: 'warm' } },
  },
  async (t) => t.say(\`hello \${t.args.name}\${t.args.loud ? '!' : ''}\`),
)
const balancers = task({}, async (t) => {
  await traffic.describe(t, ['web'])
})

export default defineConfig({
  roles: { web: [], found: async () => [], db: ['db-1.invalid'] },
  tasks: {
    say: { hello: greet },
    balancers,
    uptime: remoteTask({ role: 'web' }, async (host) => { await host.run\`uptime\` }),
    seek: remoteTask({ role: 'found' }, async (host) => { await host.run\`uptime\` }),
    stray: remoteTask({ role: 'wbe' }, async (host) => { await host.run\`uptime\` }),
    loses: task({}, async (t) => {
      void (async () => { throw new RangeError('what nobody awaits') })()
      await t.keep('30s')
    }),
    breaks: task({}, async () => { throw new TypeError('what the task says') }),
  },
  defaultStage: 'here',
  stages: { here: {}, there: { env: {} } },
})
`

describe('what was typed', () => {
  let project: Project
  beforeAll(async () => {
    project = await Project.of({ 'tasks.config.ts': config })
  })
  afterAll(() => project.remove())

  it.each<[string, string[], number, string, RegExp]>([
    ['unknown task', ['run', 'say:helo'], 2, 'E_TASK_UNKNOWN', /did you mean say:hello\?/],
    ['part of a task name', ['run', 'say'], 2, 'E_TASK_UNKNOWN', /did you mean say:hello/],
    ['task unlike any other', ['run', 'frobnicate'], 2, 'E_TASK_UNKNOWN', /tasks list/],
    ['no task', ['run'], 2, 'E_USAGE', /tasks list/],
    ['unknown command', ['rnu'], 2, 'E_USAGE', /did you mean run\?/],
    ['unknown flag', ['run', 'say:hello', '--nam', 'Ada'], 2, 'E_USAGE', /did you mean --name\?/],
    ['missing flag', ['run', 'say:hello'], 2, 'E_ARG_MISSING', /tasks run say:hello --help/],
    ['flag without its value', ['run', 'say:hello', '--name'], 2, 'E_USAGE', /--help/],
    [
      'text for a number',
      ['run', 'say:hello', '--name', 'Ada', '--times', 'many'],
      2,
      'E_ARG_INVALID',
      /--times/,
    ],
    [
      'text for a duration',
      ['run', 'say:hello', '--name', 'Ada', '--pause', '5'],
      2,
      'E_DURATION',
      /--pause.*30s/s,
    ],
    [
      'not one of the choices',
      ['run', 'say:hello', '--name', 'Ada', '--tone', 'hot'],
      2,
      'E_ARG_INVALID',
      /warm, cold/,
    ],
    ['a word too many', ['run', 'say:hello', 'Ada', '--name', 'Ada'], 2, 'E_USAGE', /--help/],
    [
      'unknown stage',
      ['run', 'say:hello', '--name', 'Ada', '--stage', 'hre'],
      2,
      'E_STAGE_UNKNOWN',
      /did you mean here/,
    ],
    ['unknown run', ['resume', '20260101-000000-abcd'], 2, 'E_RUN_UNKNOWN', /tasks runs/],
    ['nothing to take back', ['rollback'], 2, 'E_RUN_NONE', /tasks runs/],
    ['a run that is none', ['rollback', '../x'], 2, 'E_RUN_UNKNOWN', /tasks runs/],
    ['role that matches nobody', ['run', 'uptime'], 1, 'E_ROLE_EMPTY', /tasks roles/],
    ['role whose function finds nobody', ['run', 'seek'], 1, 'E_ROLE_EMPTY', /tasks roles/],
    ['unknown role', ['run', 'stray'], 1, 'E_ROLE_UNKNOWN', /did you mean web\?/],
    ['plugin used but not listed', ['run', 'balancers', '--yes'], 1, 'E_PLUGIN_UNLISTED', /"plugins"/],
    ['the same in a plan', ['plan', 'balancers'], 1, 'E_PLUGIN_UNLISTED', /"plugins"/],
    [
      'promise that nobody awaits',
      ['run', 'loses'],
      1,
      'E_UNEXPECTED',
      /what nobody awaits[\s\S]*tasks.config.ts:\d+/,
    ],
    [
      'task that throws',
      ['run', 'breaks'],
      1,
      'E_UNEXPECTED',
      /what the task says[\s\S]*tasks.config.ts:\d+/,
    ],
  ])(
    '%s',
    async (name, args, exitCode, code, said) => {
      const result = await project.tasks(...args)
      refused(result, { exitCode, code, said })
      record({ case: name, command: `tasks ${args.join(' ')}`, exitCode, screen: screenOf(result) })
      const json = await project.json(args)
      expect(json.exitCode).toBe(exitCode)
      expect(json.events.at(-1)).toMatchObject({
        kind: 'run.finished',
        status: 'failed',
        exitCode,
        error: { code },
      })
      if (exitCode === 2) expect(json.stdout.trimEnd().split('\n')).toHaveLength(1)
      expect(json.stderr).toBe('')
    },
    30_000,
  )

  it('names the task on the one line of --json, wherever the flags stand', async () => {
    for (const args of [
      ['run', 'say:helo'],
      ['--stage', 'here', 'run', 'say:helo'],
    ])
      expect((await project.json(args)).last('run.finished')).toMatchObject({ task: 'say:helo', exitCode: 2 })
  }, 30_000)

  it('switches off what is on by default', async () => {
    expect((await project.tasks('run', 'say:hello', '--name', 'Ada')).stdout).toContain('hello Ada!\n')
    expect((await project.tasks('run', 'say:hello', '--name', 'Ada', '--no-loud')).stdout).toContain(
      'hello Ada\n',
    )
  }, 30_000)

  it('helps: with each command, and with the flags of a task', async () => {
    const top = await project.tasks('--help')
    expect(top).toMatchObject({ exitCode: 0, stderr: '' })
    for (const command of ['run', 'plan', 'list', 'roles', 'runs', 'resume', 'rollback']) {
      expect(top.stdout).toMatch(new RegExp(`^  ${command}\\b.*  \\S`, 'm'))
      const help = await project.tasks(command, '--help')
      expect(help).toMatchObject({ exitCode: 0, stderr: '' })
      expect(help.stdout).toMatch(new RegExp(`^Usage: tasks ${command}`))
      expect(help.stdout).toContain('Global flags:')
    }
    expect((await project.tasks('run', '--help')).stdout).toMatch(/^Tasks:\n {2}say:hello +Say hello$/m)
    const { stdout } = await project.tasks('run', 'say:hello', '--help')
    expect(stdout).toContain(`Usage: tasks run say:hello [flags]

Say hello

Flags:
  --name <text>       (required)
  --times <number>    (default: 1)
  --no-loud
  --pause <duration>  (default: 0s)
  --tone <text>       (one of warm, cold) (default: warm)

Global flags:
`)
  }, 60_000)
})

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
      /'nowhere-to-be-found'\n {2}2 \| [\s\S]*at tasks\.config\.ts:2/m,
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
})

const screenOf = ({ stdout, stderr }: Result): string => stdout + stderr

/** The error is the last on the screen, with its code, and nobody sees a stack trace. */
function refused(
  result: Result,
  { exitCode, code, said }: { exitCode: number; code: string; said: RegExp },
): void {
  const screen = screenOf(result)
  expect(screen.slice(screen.lastIndexOf('\nE_') + 1)).toMatch(new RegExp(`^${code}: \\S`))
  expect(screen).toMatch(said)
  expect(screen).not.toMatch(stackTrace)
  expect(result.exitCode).toBe(exitCode)
}
