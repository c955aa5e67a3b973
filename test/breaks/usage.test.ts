import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { record } from '../messages.ts'
import { ended, Project } from '../project.ts'
import { refused, screenOf } from './told.ts'

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
    release: task({ args: { version: 'string' } }, async (t) => t.say(\`version \${t.args.version}\`)),
    balancers,
    uptime: remoteTask({ role: 'web' }, async (host) => { await host.run\`uptime\` }),
    seek: remoteTask({ role: 'found' }, async (host) => { await host.run\`uptime\` }),
    stray: remoteTask({ role: 'wbe' }, async (host) => { await host.run\`uptime\` }),
    loses: task({}, async (t) => {
      void (async () => { throw new RangeError('what nobody awaits') })()
      await t.keep('30s')
    }),
    breaks: task({ summary: 'Throws\\nwhat it says' }, async () => { throw new TypeError('what the task says') }),
    catches: task({}, async (t) => {
      try { await t.$\`test -f nowhere\` } catch { await t.$\`echo not here\` }
    }),
    beside: task({}, async (t) => {
      const other = async () => { await t.$\`sleep 30\`; await t.$\`echo behind\` }
      await Promise.all([t.$\`sleep 0.2; exit 3\`, other()])
    }),
    byName: task({}, async (t) => { await t.run('uptime') }),
    asText: task({}, async (t) => { await t.$('uptime') }),
    asList: task({}, async (t) => { await t.$(['uptime', '-p']) }),
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
    [
      'unknown task, with its flags',
      ['run', 'relaese', '--version', 'v2'],
      2,
      'E_TASK_UNKNOWN',
      /mean release\?/,
    ],
    [
      'the flag of a task in front of its name',
      ['run', '--version', 'v2', 'release'],
      2,
      'E_USAGE',
      /tasks run <task> --version$/m,
    ],
    ['help on an unknown task', ['run', 'relaese', '--help'], 2, 'E_TASK_UNKNOWN', /mean release\?/],
    ['no command', ['--yes'], 2, 'E_USAGE', /tasks needs a command\nhint: .*"tasks --help"/],
    [
      'a word that a command does not take',
      ['runs', 'x'],
      2,
      'E_USAGE',
      /"x" is a word too many for tasks runs\n/,
    ],
    ['a flag as Fabric calls it', ['run', 'uptime', '-H', 'web-1'], 2, 'E_USAGE', /did you mean --hosts\?/],
    ['a variable that is not set', ['run', 'uptime', '--hosts='], 2, 'E_USAGE', /--hosts "" names nothing\n/],
    ['no task', ['run'], 2, 'E_USAGE', /tasks list/],
    ['unknown command', ['rnu'], 2, 'E_USAGE', /did you mean run\?/],
    [
      'a switch with a value',
      ['run', 'say:hello', '--loud=true'],
      2,
      'E_USAGE',
      /--loud is no flag that takes a value/,
    ],
    ['help on what there is not', ['help', 'rnu'], 2, 'E_USAGE', /did you mean run, runs\?/],
    ['help on a task that there is not', ['help', 'run', 'nope'], 2, 'E_USAGE', /"tasks run --help"/],
    ['unknown flag', ['run', 'say:hello', '--nam', 'Ada'], 2, 'E_USAGE', /did you mean --name\?/],
    [
      'the version of a task that has none',
      ['run', 'say:hello', '--name', 'Ada', '--version', 'v2'],
      2,
      'E_USAGE',
      /--version/,
    ],
    ['missing flag', ['run', 'say:hello'], 2, 'E_ARG_MISSING', /tasks run say:hello --help/],
    ['empty flag', ['run', 'say:hello', '--name='], 2, 'E_ARG_MISSING', /is the variable set/],
    ['flag without its value', ['run', 'say:hello', '--name'], 2, 'E_USAGE', /"tasks run say:hello --help"/],
    [
      'a flag in the place of a value',
      ['run', 'say:hello', '--name', '--times=3'],
      2,
      'E_USAGE',
      /--name needs a value, and --times [\s\S]*--name=--times=…; "tasks run say:hello --help"/,
    ],
    [
      'what only looks like a flag, in the place of a value',
      ['exec', '--role', '--x', 'uptime'],
      2,
      'E_USAGE',
      /--role needs a value, [\s\S]*--role=--…;/,
    ],
    ['a flag in the place of the stage', ['--stage', '--yes', 'list'], 2, 'E_USAGE', /--stage needs a value/],
    ['unknown stage of a list', ['list', '--stage', 'hre'], 2, 'E_STAGE_UNKNOWN', /did you mean here/],
    ['task in the place of a command', ['uptime'], 2, 'E_USAGE', /did you mean "tasks run uptime"\?/],
    ['command unlike any other', ['frobnicate'], 2, 'E_USAGE', /"tasks --help"/],
    ['command without what it needs', ['resume'], 2, 'E_USAGE', /"tasks resume --help"/],
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
    [
      'a word too many',
      ['run', 'say:hello', 'Ada', '--name', 'Ada'],
      2,
      'E_USAGE',
      /flags: run "tasks run say:hello --help"/,
    ],
    [
      'unknown stage',
      ['run', 'say:hello', '--name', 'Ada', '--stage', 'hre'],
      2,
      'E_STAGE_UNKNOWN',
      /did you mean here/,
    ],
    ['what runs have left, and no plugin that knows', ['gc'], 2, 'E_GC_BLIND', /"plugins".*autoScaling\(\)/],
    ['no number of images', ['gc', '--keep', '1.5'], 2, 'E_ARG_INVALID', /--keep 3/],
    ['what is no number', ['gc', '--keep', 'x'], 2, 'E_ARG_INVALID', /"tasks gc --help"/],
    ['unknown template', ['init', 'minmal'], 2, 'E_TEMPLATE_UNKNOWN', /did you mean minimal\?/],
    [
      'a directory in the place of a template',
      ['init', '../my-fleet'],
      2,
      'E_TEMPLATE_UNKNOWN',
      /tasks init minimal \.\.\/my-fleet/,
    ],
    ['no directory for a project', ['init'], 2, 'E_INIT_NOT_EMPTY', /tasks init minimal my-fleet/],
    ['a directory that is a project', ['init', 'minimal', '.'], 2, 'E_INIT_EXISTS', /nothing was written/],
    [
      'a directory that is a file',
      ['init', 'minimal', 'tasks.config.ts'],
      2,
      'E_INIT_NO_DIRECTORY',
      /there is a file/,
    ],
    ['unknown shell', ['completion', 'tcsh'], 2, 'E_USAGE', /"tasks completion --help"/],
    ['unknown run', ['resume', '20260101-000000-abcd'], 2, 'E_RUN_UNKNOWN', /tasks runs/],
    ['nothing to take back', ['rollback'], 2, 'E_RUN_NONE', /tasks runs/],
    ['a run that is none', ['rollback', '../x'], 2, 'E_RUN_UNKNOWN', /tasks runs/],
    ['role that matches nobody', ['run', 'uptime'], 1, 'E_ROLE_EMPTY', /task file/],
    ['role whose function finds nobody', ['run', 'seek'], 1, 'E_ROLE_EMPTY', /function/],
    ['unknown role', ['run', 'stray'], 1, 'E_ROLE_UNKNOWN', /did you mean web\?/],
    [
      'unknown role of a command',
      ['exec', '--role', 'wbe', 'true'],
      2,
      'E_ROLE_UNKNOWN',
      /did you mean web\?/,
    ],
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
    [
      'task called by its name',
      ['run', 'byName'],
      1,
      'E_TASK_NONE',
      /tasks.config.ts:\d+[\s\S]*t\.run\(restart\)/,
    ],
    [
      'command as a text',
      ['run', 'asText'],
      1,
      'E_COMMAND_TEMPLATE',
      /tasks.config.ts:\d+[\s\S]*host\.run`uptime`/,
    ],
    ['command as a list', ['run', 'asList'], 1, 'E_COMMAND_TEMPLATE', /an array[\s\S]*tasks.config.ts:\d+/],
    ['failure that the task catches', ['run', 'catches'], 1, 'E_COMMAND_FAILED', /hint: .*caught; okCodes/],
    [
      'failure beside another command',
      ['run', 'beside'],
      1,
      'E_COMMAND_FAILED',
      /exit code 3(?![\s\S]*caught)/,
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

  it('lists the hosts of each role, and ends with 1 where one cannot be told, beside the list', async () => {
    await project.write(
      'roles.config.ts',
      `const localCloud = { name: 'cloud', module: './cloud', settings: null, surroundings: async () => { throw new Error('opened') } }
      export default { tasks: {}, stages: { here: {}, there: { plugins: [localCloud] } }, roles: {
        never: () => new Promise(() => undefined), fails: () => { throw new TypeError('no such thing') }, web: ['web-1'],
      } }`,
    )
    const here = await project.tasks('roles', '--config', 'roles.config.ts')
    expect({ stdout: here.stdout, exitCode: here.exitCode }).toEqual({ stdout: 'web:  web-1\n', exitCode: 1 })
    expect(here.stderr.match(/^E_.*/gm)).toEqual([
      'E_STUCK: nothing is left to wait for, and the function of role "never" has not ended',
      'E_ROLE_FAILED: the hosts of role "fails" cannot be found: TypeError: no such thing',
    ])
    const there = await project.tasks('roles', '--config', 'roles.config.ts', '--stage', 'there')
    expect({ stdout: there.stdout, exitCode: there.exitCode }).toEqual({
      stdout: 'web:  web-1\n',
      exitCode: 1,
    })
    expect(there.stderr).toMatch(
      /E_STAGE_CLOSED: the function of role "fails" is not called: stage "there" is not open\nhint: a run on it opens it\n$/,
    )
    record({ case: 'a role of a closed stage', command: 'tasks roles', exitCode: 1, screen: there.stderr })
    // A shell has understood which hosts it was to open on: 255 says, as with ssh, that it came to none.
    const shell = await project.tasks('ssh', 'fails', '--config', 'roles.config.ts')
    refused(
      { ...shell, stderr: `\n${shell.stderr}` },
      { exitCode: 255, code: 'E_ROLE_FAILED', said: /no such thing/ },
    )
    const json = await project.json(['roles', '--config', 'roles.config.ts'])
    expect(json.exitCode).toBe(1)
    expect(json.events.map(({ role, error, hosts }) => [role, error ?? hosts])).toEqual([
      ['never', expect.objectContaining({ code: 'E_STUCK' })],
      ['fails', expect.objectContaining({ code: 'E_ROLE_FAILED' })],
      ['web', [expect.objectContaining({ name: 'web-1' })]],
    ])
    await project.write('web.config.ts', `export default { tasks: {}, roles: { web: ['web-1'] } }`)
    expect(await project.tasks('roles', '--config', 'web.config.ts')).toMatchObject({
      exitCode: 0,
      stderr: '',
    })
  }, 60_000)

  it('takes what begins with dashes for a value where it stands behind an equals sign, or behind one dash', async () => {
    const said = await project.tasks('run', 'say:hello', '--name=--times=3', '--times', '-1')
    expect(said).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('hello --times=3!') })
  }, 30_000)

  it('leaves standard output to what was asked for, whatever prints there', async () => {
    await project.write(
      'prints.config.ts',
      `import { log } from 'node:console'
      log('by console')
      process.stdout.write('by itself\\n')
      export default { tasks: {}, roles: { web: async () => { process.stdout.write('by a role\\n'); return ['web-1'] } } }`,
    )
    const { events, stderr } = await project.json(['roles', '--config', 'prints.config.ts'])
    expect(events).toMatchObject([{ kind: 'role', role: 'web' }])
    expect(stderr).toBe('by console\nby itself\nby a role\n')
  }, 30_000)

  it('says in a help what it leaves out where the task file is broken', async () => {
    await project.write('broken.config.ts', "throw new Error('not today')")
    const helpOf = (...words: string[]) => project.tasks(...words, '--config', 'broken.config.ts', '--help')
    for (const [help, missing] of [
      [await helpOf(), 'commands of plugins'],
      [await helpOf('run'), 'tasks'],
    ] as const) {
      expect(help).toMatchObject({ exitCode: 0, stderr: '' })
      expect(help.stdout).toContain(`There may be ${missing} that are not shown: `)
      expect(help.stdout).toContain('\nE_CONFIG_BROKEN: not today\n')
    }
    expect((await project.tasks('--help')).stdout).not.toContain('There may be')
  }, 30_000)

  it('lists a task a line, whatever its summary holds', async () => {
    expect((await project.tasks('list')).stdout).toMatch(/^breaks {2,}Throws what it says$/m)
  }, 30_000)

  it('names the task on the one line of --json, wherever the flags stand', async () => {
    for (const args of [
      ['run', 'say:helo'],
      ['--stage', 'here', 'run', 'say:helo'],
    ])
      expect((await project.json(args)).last('run.finished')).toMatchObject({ task: 'say:helo', exitCode: 2 })
  }, 30_000)

  it('says when its output cannot be written, but not to a reader who has seen enough', async () => {
    const start = (output: number | 'pipe'): ChildProcess =>
      spawn(process.execPath, [project.command, '--help'], {
        cwd: project.directory,
        stdio: ['ignore', output, 'pipe'],
      })
    const full = await ended(start(openSync('/dev/full', 'w')))
    expect({ exitCode: full.exitCode, code: full.stderr.split(':')[0] }).toEqual({
      exitCode: 1,
      code: 'E_OUTPUT',
    })
    record({ case: 'a full disk behind >', command: 'tasks --help > FILE', exitCode: 1, screen: full.stderr })
    const unread = start('pipe')
    unread.stdout?.destroy()
    expect(await ended(unread)).toMatchObject({ exitCode: 0, stderr: '' })
  }, 30_000)

  it('fails, and has understood, where there is no room for a project', async () => {
    const words = ['-c', 'ulimit -f 1 && exec "$@"', 'sh', process.execPath, project.command]
    const full = await ended(spawn('sh', [...words, 'init', 'minimal', 'full'], { cwd: project.directory }))
    expect(full).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^E_INIT_WRITE: .*make room/s) })
    expect(existsSync(`${project.directory}/full`)).toBe(false)
    record({
      case: 'a full disk for a project',
      command: 'tasks init minimal full',
      exitCode: 1,
      screen: full.stderr,
    })
  }, 30_000)

  it('says that the directory is gone in which it is given', async () => {
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    const words = ['-c', script, 'sh', process.execPath, project.command, 'list']
    const gone = await ended(spawn('sh', words, { cwd: project.directory }))
    expect(gone).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^E_DIRECTORY_GONE: /) })
    record({ case: 'a directory that is gone', command: 'tasks list', exitCode: 2, screen: gone.stderr })
  }, 30_000)

  it('tells its own version where no task is asked for, which may have one', async () => {
    expect(await project.tasks('--version')).toMatchObject({ exitCode: 0, stdout: '0.1.0\n' })
    expect(await project.tasks('--no-color', '--version')).toMatchObject({ exitCode: 0, stdout: '0.1.0\n' })
    const { exitCode, stdout } = await project.tasks('run', 'release', '--version', 'v2')
    expect(stdout).toContain('version v2\n')
    expect(exitCode).toBe(0)
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
    for (const command of [
      'run',
      'plan',
      'exec',
      'put',
      'ssh',
      'list',
      'roles',
      'runs',
      'report',
      'resume',
      'rollback',
      'init',
      'leave',
      'completion',
      'doctor',
    ]) {
      expect(top.stdout).toMatch(new RegExp(`^  ${command}\\b.*  \\S`, 'm'))
      const help = await project.tasks(command, '--help')
      expect(help).toMatchObject({ exitCode: 0, stderr: '' })
      expect(help.stdout).toMatch(new RegExp(`^Usage: tasks ${command}`))
      expect(help.stdout).toContain('Global flags:')
    }
    expect((await project.tasks('run', '--help')).stdout).toMatch(/^Tasks:\n {2}say:hello +Say hello$/m)
    const { stdout } = await project.tasks('run', 'say:hello', '--help')
    expect(await project.tasks('help', 'run', 'say:hello')).toEqual({ exitCode: 0, stderr: '', stdout })
    expect(await project.tasks('help')).toEqual(top)
    expect(stdout).toContain(`Usage: tasks run say:hello [flags]

Say hello

Flags:
  --name <text>           (required)
  --times <number>        (default: 1)
  --no-loud
  --pause <duration>      (default: 0s)
  --tone <text>           (one of warm, cold) (default: warm)
  --detach                end where the way back is kept open; "tasks resume"
                          finishes the run

Hosts:
  --role <names>          only hosts of these roles
`)
    expect(stdout).toContain('  --failed                only the hosts that its last run has failed on')
  }, 60_000)
})
