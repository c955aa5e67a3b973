import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, type JsonEvent, onLine, Project } from './project.ts'
import { Sshd } from './referees/sshd.ts'
import { Things } from './things.ts'

let server: Sshd
beforeAll(async () => {
  server = await Sshd.start()
})
afterAll(() => server.stop())

const members = ['check', 'error', 'group', 'hint', 'kind', 'ms', 'place', 'says', 'verdict']

/** What was found, by the names of the checks. */
const found = (events: readonly JsonEvent[], check: string) => events.filter((event) => event.check === check)

describe('a project that is well', () => {
  const config = `
    import { readFileSync } from 'node:fs'
    import { defineConfig, remoteTask } from '@viridian/core'
    const [host] = JSON.parse(readFileSync('hosts.json', 'utf8'))
    const web = [1, 2, 3].map((number) => ({ ...host, name: 'web-' + number }))
    export default defineConfig({
      ssh: { config: false, knownHosts: ['known_hosts'], connectTimeout: '20s' },
      roles: { web, found: async () => web.slice(1), db: [{ ...host, name: 'away', port: 1 }], other: [{ ...host, name: 'by-ssh', transport: 'openssh' }] },
      stages: { usual: {}, hasty: { ssh: { connectTimeout: '1s' } }, strange: { ssh: { knownHosts: ['nobody'] } }, learning: { ssh: { config: 'trusting', knownHosts: ['nobody'] } } },
      tasks: { uptime: remoteTask({ role: 'web' }, async (host) => { await host.run\`uptime\` }) },
    })`
  let project: Project
  beforeAll(async () => {
    project = await Project.of({
      'tasks.config.ts': config,
      'hosts.json': JSON.stringify(server.hosts()),
      known_hosts: server.knownHosts(),
      trusting: 'StrictHostKeyChecking accept-new\n',
    })
  })
  afterAll(() => project.remove())

  it('is told in a line for each subject, and nothing is changed', async () => {
    const { exitCode, stdout, stderr } = await ended(project.start(['doctor'], { SSH_AUTH_SOCK: '' }))
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual([
      '✓ This machine',
      '✓ Task file',
      '✓ State',
      '✓ Runs',
      '✓ Roles',
      '✓ SSH',
      '✓ nothing is wrong',
    ])
    expect(stdout).toMatch(/web 3 · found 2 · db 1 · other 1\n/)
    expect(existsSync(join(project.directory, '.tasks'))).toBe(false)
  }, 30_000)

  it('has a line of JSON for each finding, with every member', async () => {
    const { exitCode, events, stderr } = await project.json(['doctor'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    for (const event of events) expect(Object.keys(event).sort()).toEqual(members)
    expect(events.map(({ kind, verdict }) => `${kind} ${verdict}`)).not.toContain('check problem')
    expect(events.length).toBeGreaterThan(8)
  }, 30_000)

  it('logs in to the hosts that are asked for', async () => {
    const { exitCode, stdout } = await project.tasks('doctor', '--role', 'web,other')
    expect(stdout).toMatch(/^✓ SSH .* · OpenSSH_\S+/m)
    expect(stdout).toMatch(/^✓ Hosts {9}web-\[1-3\], by-ssh: answers$/m)
    expect(exitCode).toBe(0)
  }, 30_000)

  it('tells of hosts why they cannot be logged in to, and learns no key', async () => {
    const strange = await project.tasks('doctor', '--stage', 'strange', '--hosts', 'web-*', '--quiet')
    expect(strange.exitCode).toBe(1)
    expect(strange.stdout).toMatch(/^✗ Hosts\n {2}✗ E_HOST_KEY_UNKNOWN: web-\[1-3\]: .*\n {4}hint: /m)
    expect(strange.stdout).not.toMatch('This machine')
    expect(existsSync(join(project.directory, 'nobody'))).toBe(false)
    const away = await project.tasks('doctor', '--stage', 'hasty', '--hosts', 'away')
    expect(away.stdout).toMatch(/^✗ Hosts\n {2}✗ E_HOST_UNREACHABLE: away: .*$/m)
    expect(away.exitCode).toBe(1)
  }, 60_000)

  it('writes no key down where a run would', async () => {
    const looked = await project.tasks('doctor', '--stage', 'learning', '--hosts', 'web-1,by-ssh')
    expect(looked.stdout).toMatch(/^✓ Hosts {9}web-1, by-ssh: answers$/m)
    expect(looked.exitCode).toBe(0)
    expect(existsSync(join(project.directory, 'nobody'))).toBe(false)
    await project.tasks('exec', '--stage', 'learning', '--hosts', 'by-ssh', '--yes', 'true')
    expect(await project.read('nobody')).toMatch(/ssh-ed25519/)
  }, 60_000)

  it.each([['--limit', '1'], ['--sudo']])(
    'wants hosts to be named for %s',
    async (...flags) => {
      const { exitCode, stderr } = await project.tasks('doctor', ...flags)
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: expect.stringMatching('E_USAGE.*on which hosts'),
      })
    },
    30_000,
  )
})

describe('a project that is ill', () => {
  const config = `
    import { defineConfig } from '@viridian/core'
    const check = (name, run, more = {}) => ({ name: 'ill/' + name, group: 'Clinic', title: 'the ' + name, run, ...more })
    const ok = async () => ({ verdict: 'ok', says: 'shared' })
    const checks = [
      check('fever', async () => { throw new RangeError('41 degrees') }),
      check('coma', (c) => new Promise(() => {
        const alive = setInterval(() => {}, 1_000)
        c.signal.addEventListener('abort', () => clearInterval(alive))
      }), { timeout: 200 }),
      check('limbo', () => new Promise(() => {})),
      check('babble', async () => ({ status: 'fine' })),
      check('leak', async (c) => { c.secret('open-sesame'); return { verdict: 'warning', says: 'said open-sesame', hint: 'hush' } }),
      check('stray', async () => { setTimeout(() => { throw new Error('from a timer') }, 10); await new Promise(() => {}) }),
      check('shared', ok),
    ]
    const plugin = (name, checks) => ({ name, module: './' + name, settings: null, checks })
    const host = { identityFile: 'loose_key', user: 'ada' }
    export default defineConfig({
      plugins: [plugin('one', checks), plugin('two', [check('shared', ok)])],
      ssh: { config: false, knownHosts: ['known_hosts'] },
      roles: {
        web: [{ ...host, name: 'web-1' }, { ...host, name: 'web-2', identityFile: 'no_key' }],
        fails: () => { throw new TypeError('no such thing') },
        never: () => new Promise(() => {}),
        none: [],
      },
      tasks: {},
      stages: { there: {}, mistyped: { ssh: { config: 'ssh_config' } } },
    })`
  let things: Things
  let events: readonly JsonEvent[]
  let exitCode: number | null
  const only = (check: string) => {
    const [event, ...others] = found(events, check)
    expect(others).toEqual([])
    return event
  }
  const at = (path: string): string => join(things.project.directory, path)

  beforeAll(async () => {
    things = await Things.open()
    const { project } = things
    await things.crashed()
    await project.write('ill.config.ts', config)
    await project.write('ssh_config', 'Host old-*\n  Hotsname other\n')
    await project.write('known_hosts', `${server.knownHosts()}web-1 ssh-rsa nonsense\n`)
    await writeFile(at('loose_key'), await readFile(join(server.directory, 'id')), { mode: 0o644 })
    await chmod(at('.tasks'), 0o777)
    const env = { SSH_AUTH_SOCK: at('no-agent') }
    const result = await ended(project.start(['doctor', '--config', 'ill.config.ts', '--json'], env))
    exitCode = result.exitCode
    events = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }, 60_000)
  afterAll(() => things.project.remove())

  it('ends with 1', () => expect(exitCode).toBe(1))

  it('has a directory that others may write to', () => {
    expect(only('state/directory')).toMatchObject({
      verdict: 'problem',
      says: expect.stringMatching('others may write'),
      hint: expect.stringMatching(/^chmod go= .*\/\.tasks$/),
    })
  })

  it('has a crashed run, of another stage, and locks that it has left', () => {
    expect(only('runs/open')).toMatchObject({
      verdict: 'warning',
      says: expect.stringMatching(/crashed and has left make green/),
      hint: expect.stringMatching(/^tasks rollback \d/),
    })
    expect(only('runs/locks')).toMatchObject({
      verdict: 'warning',
      says: expect.stringMatching(/^things: locked by/),
    })
  })

  it.each([
    ['role/fails', 'E_ROLE_FAILED', /no such thing/],
    ['role/never', 'E_STUCK', /role "never"/],
    ['role/none', 'E_ROLE_EMPTY', /matched no hosts/],
    ['ill/fever', 'E_UNEXPECTED', /^the fever: RangeError: 41 degrees$/],
    ['ill/coma', 'E_CHECK_TIMEOUT', /^the coma: no answer within 200ms$/],
    ['ill/limbo', 'E_STUCK', /the limbo has not ended/],
    ['ill/babble', 'E_CHECK_ANSWER', /ill\/babble/],
    ['ill/stray', 'E_UNEXPECTED', /from a timer/],
  ])('%s is a problem: %s', (check, code, says) => {
    expect(only(check)).toMatchObject({
      verdict: 'problem',
      says: expect.stringMatching(says),
      error: { code },
    })
  })

  it('has a line of known_hosts that is told by its place', () => {
    expect(only('ssh/known-hosts')).toMatchObject({
      verdict: 'warning',
      place: { file: at('known_hosts'), line: 2 },
    })
  })

  it('has a line of ssh_config, told once for all hosts', async () => {
    const { stdout } = await things.project.tasks(
      'doctor',
      '--config',
      'ill.config.ts',
      '--stage',
      'mistyped',
    )
    expect(stdout).toMatch(
      /^✗ SSH\n {2}✗ E_SSH_CONFIG: \S+\/ssh_config:2: there is no keyword Hotsname\n {4}hint: .*\n✗/m,
    )
  }, 30_000)

  it('has an agent that does not answer, a key that is not there, and one that others may read', () => {
    expect(only('ssh/agent')).toMatchObject({
      verdict: 'warning',
      says: expect.stringMatching('does not answer'),
    })
    const [loose, missing] = found(events, 'ssh/keys')
    expect(loose).toMatchObject({
      verdict: 'warning',
      hint: expect.stringMatching(/^chmod 600 .*loose_key$/),
    })
    expect(missing).toMatchObject({ verdict: 'problem', error: { code: 'E_IDENTITY_FILE' } })
  })

  it('masks what a check has called a secret', () => {
    expect(only('ill/leak')).toMatchObject({ verdict: 'warning', says: 'said [masked]' })
    expect(JSON.stringify(events)).not.toMatch('open-sesame')
  })

  it('is asked once what plugins share', () => {
    expect(only('ill/shared')).toMatchObject({ verdict: 'ok' })
  })

  it('is changed in nothing', async () => {
    expect((await stat(at('.tasks'))).mode & 0o777).toBe(0o777)
    expect((await things.runs()).map(({ state }) => state)).toEqual(['crashed'])
  }, 30_000)

  it('is a problem on the stage of its crashed run', async () => {
    await chmod(at('.tasks'), 0o700)
    const { exitCode, stdout } = await things.project.tasks('doctor', '--stage', 'here')
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(
      /^✗ Runs\n {2}✗ deploy, run .* crashed and has left make green\n {4}hint: tasks rollback/m,
    )
  }, 30_000)
})

describe('a task file', () => {
  let project: Project
  beforeAll(async () => {
    project = await Project.of({})
    await mkdir(join(project.directory, 'below'))
  })
  afterAll(() => project.remove())

  it('that is not there is told after all else is looked at', async () => {
    const { exitCode, stdout } = await project.tasks('doctor')
    expect(exitCode).toBe(2)
    expect(stdout).toMatch(/^✗ Task file\n {2}✗ E_CONFIG_MISSING: .*\n {4}hint: /m)
    expect(stdout).toMatch(/^. SSH/m)
  }, 30_000)

  it('that is broken is told as elsewhere', async () => {
    await project.write('tasks.config.ts', 'export default {\n  tasks: oops,\n}')
    const { exitCode, events } = await project.json(['doctor'])
    expect(exitCode).toBe(2)
    const [finding] = found(events, 'task-file/loads')
    expect(finding).toMatchObject({
      verdict: 'problem',
      error: { code: 'E_CONFIG_BROKEN' },
      place: { line: 2 },
    })
    expect(found(events, 'ssh/config')).toHaveLength(1)
    const asked = await project.json(['doctor', '--role', 'web'])
    expect(asked.exitCode).toBe(2)
    expect(found(asked.events, 'task-file/loads')).toMatchObject([{ error: { code: 'E_CONFIG_BROKEN' } }])
  }, 30_000)
})

describe('the local cloud', () => {
  let project: Project
  beforeAll(async () => {
    project = await Project.fromTemplate('dns-switch')
  })
  afterAll(() => project.remove())

  it('is not started: what needs it is not looked at', async () => {
    const { exitCode, stdout } = await project.tasks('doctor')
    expect(stdout).toMatch(/^✓ Local cloud {3}it does not run: .* · loopback addresses are free$/m)
    expect(stdout).toMatch(
      /^– not looked at: AWS account, Route 53, Roles, SSH; stage "local" is not open: /m,
    )
    expect(exitCode).toBe(0)
    expect(existsSync(join(project.directory, '.tasks'))).toBe(false)
  }, 30_000)

  it('is looked at where it runs already, with its account; one that has died is told', async () => {
    const cloud = project.start(['cloud', 'up', '--fleet', '0'])
    await new Promise<void>((resolve) => onLine(cloud, (line) => line.startsWith('Ctrl-C') && resolve()))
    const { exitCode, stdout } = await project.tasks('doctor')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(`it runs, as process ${cloud.pid}`)
    expect(stdout).toMatch(
      /^✓ AWS account {3}region us-east-1 · credentials from AWS_ACCESS_KEY_ID · account \d{12} as arn:aws:iam::\d+:user\/local · http:\/\/127/m,
    )
    expect(stdout).toMatch(/^✓ Route 53 {6}the name servers answer$/m)
    const died = ended(cloud)
    cloud.kill('SIGKILL')
    await died
    const after = await project.tasks('doctor', '--quiet')
    expect(after.stdout).toMatch(/^! Local cloud .*\n {2}! it has died, .*\n {4}hint: tasks cloud down/m)
    expect(after.exitCode).toBe(0)
    await project.write('.tasks/cloud/cloud.json', '{}')
    const broken = await project.json(['doctor'])
    expect(broken.exitCode).toBe(1)
    const told = broken.events.filter(({ verdict }) => verdict === 'problem')
    expect(told.map(({ check }) => check)).toEqual(['task-file/stage', 'local-cloud/process'])
    expect(told[0]).toMatchObject({
      error: { code: 'E_CLOUD_FILE' },
      hint: expect.stringMatching('tasks cloud down'),
    })
  }, 60_000)

  it('has nothing to do with an account of its own, which nobody has signed in to', async () => {
    const nobody = {
      AWS_REGION: 'eu-west-1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    }
    const { exitCode, stdout } = await ended(project.start(['doctor', '--stage', 'production'], nobody))
    expect(stdout).toMatch(
      /^✗ AWS account {2}the other one is well\n {2}✗ E_AWS_CREDENTIALS: .*"production".*\n {4}hint: .*aws sso login/m,
    )
    expect(stdout).not.toMatch(/Local cloud|✗ Route 53/)
    expect(exitCode).toBe(1)
  }, 30_000)
})
