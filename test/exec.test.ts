import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, type JsonResult, Project } from './project.ts'
import { Sshd } from './referees/sshd.ts'

let server: Sshd
let project: Project

const config = `
import { readFileSync } from 'node:fs'
import { defineConfig, remoteTask, task } from '@viridian/core'

// Hosts of many names at one address.
const [host] = JSON.parse(readFileSync('hosts.json', 'utf8'))
const role = (name, count) => Array.from({ length: count }, (_, index) => ({ ...host, name: name + '-' + (index + 1) }))
const named = (role) => remoteTask({ role, onFailure: 'continue', args: { odd: { type: 'string', optional: true } } }, async (host, t) => {
  await host.run\`test \${host.name} != \${t.args.odd ?? ''}\`
})
const web = named('web')
const db = named('db')
const both = task({ args: { odd: { type: 'string', optional: true } } }, async (t) => {
  await t.run(web)
  await t.run(db)
})
const grow = task({}, async (t) => {
  t.assign('fresh', role('fresh', 2))
  await t.run(named('fresh'))
})
export default defineConfig({
  ssh: { config: false, knownHosts: ['known_hosts'], connectTimeout: '20s' },
  roles: { web: role('web', 4), db: async () => role('db', 2) },
  tasks: { web, db, both, grow },
})
`

beforeAll(async () => {
  server = await Sshd.start({ config: ['MaxStartups 200:30:300'] })
  project = await Project.of({
    'tasks.config.ts': config,
    'hosts.json': JSON.stringify(server.hosts()),
    known_hosts: server.knownHosts(),
  })
})

afterAll(async () => {
  await project.remove()
  await server.stop()
})

/** The hosts that a run came to, in the order of their names. */
const hostsOf = ({ events }: JsonResult): unknown[] =>
  events
    .filter(({ kind }) => kind === 'host.started')
    .map(({ host }) => host)
    .sort()

const lines = ({ events }: JsonResult): unknown[] =>
  events.filter(({ kind }) => kind === 'host.output').map(({ host, line }) => `${host}: ${line}`)

const errorOf = ({ last }: JsonResult): unknown => last('run.finished').error

describe('tasks exec', () => {
  it('gives one word to the shell of each host', async () => {
    const result = await project.json(['exec', '--role', 'web', 'echo "a  b" | tr ab xy; echo $((1 + 1))'])
    expect(result.exitCode).toBe(0)
    expect(lines(result).sort()).toEqual([1, 2, 3, 4].flatMap((n) => [`web-${n}: 2`, `web-${n}: x  y`]))
  })

  it('quotes several words', async () => {
    const words = ['printf', '%s|', "it's", '$HOME  "', '-n', '*', '']
    const result = await project.tasks('exec', '--hosts', 'web-1', '--quiet', '--', ...words, '--json')
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    const { stdout } = await project.tasks('exec', '--hosts', 'web-1', '--', ...words, '--json')
    expect(stdout).toContain(`web-1 │ it's|$HOME  "|-n|*||--json|\n`)
  })

  it('has a directory, variables and a user', async () => {
    const flags = ['--cd', '/usr', '--env', 'GREETING=good day', '--env', 'B=', '--as', 'nobody']
    const result = await project.json(['exec', '--hosts', 'web-1', ...flags, 'echo "$PWD, $GREETING, [$B]"'])
    const [shown] = result.events.filter(({ kind }) => kind === 'host.command')
    expect(shown?.command).toMatch(/^cd \/usr && sudo -u nobody GREETING='good day' B='' echo /)
    const plain = await project.json([
      'exec',
      '--hosts',
      'web-1',
      ...flags.slice(0, -2),
      'echo "$PWD, $GREETING, [$B]"',
    ])
    expect(lines(plain)).toEqual(['web-1: /usr, good day, []'])
  })

  it('may be given a terminal', async () => {
    const said = async (...flags: string[]) =>
      lines(await project.json(['exec', '--hosts', 'web-1', ...flags, 'test -t 1 && echo tty || echo none']))
    expect([await said(), await said('--pty')]).toEqual([['web-1: none'], ['web-1: tty']])
  })

  it('goes as many hosts at a time, and bears as many failures, as it is told', async () => {
    const flags = ['--batches', '1,50%', '--max-failures', '25%']
    const log = join(project.directory, 'order')
    const result = await project.json([
      'exec',
      '--role',
      'web',
      ...flags,
      `echo >> ${log}; test $(wc -l < ${log}) -ne 1`,
    ])
    expect(result.exitCode).toBe(0)
    expect(hostsOf(result)).toHaveLength(4)
    expect(result.events).toContainEqual(
      expect.objectContaining({
        kind: 'note',
        level: 'warning',
        text: expect.stringMatching(
          /failed on 1 of 4 hosts\n {2}web-1: .* failed with exit code 1\n.*no more than may/,
        ),
      }),
    )
    expect(
      (await project.json(['exec', '--role', 'web', '--batches', '1', 'false'])).last('run.finished'),
    ).toMatchObject({
      exitCode: 1,
      error: { message: expect.stringMatching(/^false failed on 1 of 4 hosts, 3 not begun/) },
    })
  })

  it('runs on those that have failed, or were not reached, in the last run', async () => {
    const first = await project.json(['run', 'both', '--odd', 'web-2'])
    expect(errorOf(first)).toMatchObject({ code: 'E_HOSTS_FAILED' })
    expect(hostsOf(await project.json(['exec', '--failed', 'true']))).toEqual(['web-2'])
    await project.json(['exec', '--role', 'web', '--concurrency', '1', 'false'])
    expect(hostsOf(await project.json(['exec', '--failed', '--except', 'web-[2-3]', 'true']))).toEqual([
      'web-1',
      'web-4',
    ])
  })

  it('goes back to no host that the last run has not failed on', async () => {
    await project.json(['exec', '--hosts', 'web-3', 'false'])
    expect(errorOf(await project.json(['exec', '--failed', 'true']))).toBeUndefined()
    const done = await project.tasks('exec', '--failed', 'true')
    expect(done.stderr).toMatch(
      /^E_RUN_NONE: run \S+, the last one on stage "default", has failed on no host/,
    )
    await project.json(['exec', '--hosts', 'web-3', 'false'])
    await project.json(['exec', '--hosts', 'web-1', 'true'])
    expect((await project.tasks('exec', '--failed', 'true')).exitCode).toBe(2)
  })

  it('needs no task file, and then keeps its runs in the directory of the user', async () => {
    const state = mkdtempSync(join(tmpdir(), 'viridian-state-'))
    const bare = await Project.of({})
    const at = `${server.addresses[0]}:${server.port}`
    const child = bare.start(['exec', '--hosts', at, 'true'], { XDG_STATE_HOME: state })
    const result = await ended(child)
    // Nobody has told it the host's key.
    expect(result).toMatchObject({ exitCode: 1, stderr: '' })
    expect(result.stdout).toMatch(/E_HOSTS_FAILED: true failed on 1 of 1 hosts\n {2}127\.[\d.]+: .*key/)
    const runs = await ended(bare.start(['runs'], { XDG_STATE_HOME: state }))
    expect(runs.stdout).toMatch(/exec +default .*failed/)
    await bare.remove()
    rmSync(state, { recursive: true })
  })

  it('cannot be resumed', async () => {
    const { last } = await project.json(['exec', '--role', 'web', 'false'])
    const result = await project.tasks('resume', String(last('run.finished').run))
    expect(result).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/E_RUN_AD_HOC.*\nhint: .*--failed/),
    })
  })

  it.each<[string, string[], RegExp]>([
    ['without hosts', ['exec', 'uptime'], /E_USAGE: tasks exec needs to know on which hosts\nhint: .*--role/],
    ['without a command', ['exec', '--role', 'web'], /E_USAGE: tasks exec needs a command\nhint: /],
    [
      'flags of the command',
      ['exec', '--role', 'web', 'ls', '-l'],
      /E_USAGE: unknown option '-l'\nhint: .* behind two dashes/,
    ],
    [
      'a variable without a value',
      ['exec', '--role', 'web', '--env', 'A', 'x'],
      /E_USAGE: --env: "A" is not NAME=VALUE/,
    ],
    ['a wrong share', ['exec', '--role', 'web', '--max-failures', 'few', 'x'], /E_HOST_COUNT: "few"/],
    ['no hosts at a time', ['exec', '--role', 'web', '--concurrency', '0', 'x'], /E_USAGE: "0" is no number/],
  ])('refuses %s', async (_, args, said) => {
    expect(await project.tasks(...args)).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(said) })
  })

  // Which roles there are is known before a run; which hosts, only in it.
  it.each<[string, string[], unknown, number]>([
    ['a role', ['--role', 'wbe'], { code: 'E_ROLE_UNKNOWN', hint: 'did you mean web?' }, 2],
    ['a pattern', ['--hosts', 'wbe-*'], { code: 'E_HOST_UNKNOWN' }, 1],
    [
      'a name to leave out',
      ['--role', 'web', '--except', 'wbe-1'],
      { code: 'E_HOST_UNKNOWN', hint: expect.stringMatching('web-1') },
      1,
    ],
    ['all hosts', ['--role', 'db', '--except', 'db-*'], { code: 'E_HOSTS_NONE' }, 1],
  ])('does not take %s for what it is not', async (_, flags, error, exitCode) => {
    const result = await project.json(['exec', ...flags, 'true'])
    expect(errorOf(result)).toMatchObject({ ...Object(error) })
    expect(result.exitCode).toBe(exitCode)
  })
})

describe('the hosts of a task', () => {
  it.each<[string, string[], string[]]>([
    ['some of a role', ['web', '--hosts', 'web-[2-3]'], ['web-2', 'web-3']],
    ['the first ones', ['web', '--limit', '2'], ['web-1', 'web-2']],
    ['all but some', ['web', '--except', 'web-1,web-4'], ['web-2', 'web-3']],
    ['the first of every role', ['both', '--limit', '1'], ['db-1', 'web-1']],
    ['hosts of one of its roles', ['both', '--hosts', 'db-2'], ['db-2']],
    ['one of its roles', ['both', '--role', 'web', '--limit', 'web-3,db-1'], ['web-3']],
    ['no assigned ones', ['grow', '--limit', '1'], ['fresh-1', 'fresh-2']],
  ])('can be %s', async (_, args, hosts) => {
    const result = await project.json(['run', ...args])
    expect(errorOf(result)).toBeUndefined()
    expect(hostsOf(result)).toEqual(hosts)
  })

  it('can be those that it has failed on', async () => {
    await project.json(['run', 'web', '--odd', 'web-3'])
    await project.json(['exec', '--role', 'web', 'true'])
    const mistyped = await project.json(['run', 'web', '--hosts', 'wbe-3'])
    expect(errorOf(mistyped)).toMatchObject({ code: 'E_HOST_UNKNOWN' })
    expect(hostsOf(await project.json(['run', 'web', '--failed']))).toEqual(['web-3'])
    const again = await project.tasks('run', 'web', '--failed')
    expect(again.stderr).toMatch(/^E_RUN_NONE: run \S+, the last one of "web" .* has failed on no host/)
    expect(again.exitCode).toBe(2)
  })

  it('are never nobody without a word', async () => {
    expect(errorOf(await project.json(['run', 'db', '--hosts', 'web-1', '--limit', 'web-2']))).toMatchObject({
      code: 'E_HOSTS_NONE',
      message: 'no host of role "db" is chosen by --hosts web-1 --limit web-2',
    })
    expect(errorOf(await project.json(['run', 'web', '--except', 'wbe-1']))).toMatchObject({
      code: 'E_HOST_UNKNOWN',
    })
  })

  it('show in a plan', async () => {
    expect(hostsOf(await project.json(['plan', 'both', '--hosts', 'web-2,db-1']))).toEqual(['db-1', 'web-2'])
  })

  it('keep their flags for themselves', async () => {
    const other = await Project.of({
      'tasks.config.ts': `
        import { defineConfig, task } from '@viridian/core'
        export default defineConfig({ tasks: { a: task({ args: { limit: 'number' } }, async () => {}) } })
      `,
    })
    expect((await other.tasks('run', 'a', '--limit', '3')).stderr).toMatch(
      /^E_CONFIG_INVALID: task "a", argument "limit": --limit is a flag of every task: give it another name/,
    )
    await other.remove()
  })
})
