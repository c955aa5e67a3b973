import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { TestAgent } from '../testing/agent.ts'
import { logIn } from '../testing/log-in.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { homeAt, makeTransport, transportNames } from '../testing/transports.ts'
import { Targets } from './targets.ts'

const home = mkdtempSync(join(tmpdir(), 'viridian-targets-'))
const targets = (): Targets => new Targets(homeAt(home))
let sshd: OpenSsh

beforeAll(async () => {
  sshd = await OpenSsh.start({ config: ['AcceptEnv LC_* GREETING', 'LogLevel VERBOSE'] })
})
afterAll(async () => {
  await sshd.stop()
  rmSync(home, { recursive: true })
})
beforeEach(() => {
  vi.stubEnv('SSH_AUTH_SOCK', undefined)
})
afterEach(() => void vi.unstubAllEnvs())

let files = 0
function configOf(...lines: string[]): string {
  files += 1
  const file = join(home, `config-${files}`)
  writeFileSync(file, lines.join('\n'))
  return file
}

describe('how a host is reached', () => {
  test('is said by itself, then by its stage, then by ssh_config', async () => {
    const config = configOf('Host w*', 'HostName 10.0.0.1', 'User config', 'Port 3', 'ConnectTimeout 7')
    const of = (spec: object, defaults: object) =>
      targets().of({ name: 'web', ...spec }, { config, ...defaults })
    expect(await of({}, {})).toMatchObject({
      address: '10.0.0.1',
      user: 'config',
      port: 3,
      connectTimeout: 7_000,
      identityFiles: expect.arrayContaining([join(home, '.ssh/id_ed25519')]),
      knownHosts: expect.arrayContaining([join(home, '.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts']),
    })
    const stage = { user: 'stage', port: 2, connectTimeout: '5s', knownHosts: ['~/known'] }
    expect(await of({}, stage)).toMatchObject({
      user: 'stage',
      port: 2,
      connectTimeout: 5_000,
      knownHosts: [join(home, 'known')],
    })
    expect(await of({ user: 'host', port: 1, identityFile: '~/key' }, stage)).toMatchObject({
      user: 'host',
      port: 1,
      identityFile: join(home, 'key'),
    })
  })

  test('is looked up by what would stand behind ssh', async () => {
    const config = configOf('Host 10.0.0.9', 'Port 9', 'Host web', 'Port 8')
    const target = await targets().of({ name: 'web', address: '10.0.0.9' }, { config })
    expect(target).toMatchObject({ address: '10.0.0.9', port: 9 })
  })

  test('may depend on the user', async () => {
    const config = configOf('Match user deploy', 'Port 9')
    const portFor = async (user: string) => (await targets().of({ name: 'web', user }, { config })).port
    expect([await portFor('deploy'), await portFor('other')]).toEqual([9, 22])
  })

  test('is found in ~/.ssh/config, but for a stage that reads none', async () => {
    mkdirSync(join(home, '.ssh'), { recursive: true })
    writeFileSync(join(home, '.ssh/config'), 'Host web\nUser from-home\n')
    expect(await targets().of({ name: 'web' }, {})).toMatchObject({ user: 'from-home' })
    expect(await targets().of({ name: 'web' }, { config: false })).toMatchObject({
      user: userInfo().username,
    })
  })
})

describe.each(transportNames)('by %s, settings of ssh_config', (name) => {
  const defaults = (...lines: string[]) => ({ config: configOf(...lines), knownHosts: [sshd.knownHosts] })

  async function said(command: string, lines: string[]): Promise<string> {
    const transport = makeTransport(name, { defaults: () => defaults(...lines) })
    try {
      const connection = await transport.connect(sshd.spec(), new AbortController().signal)
      let output = ''
      const onStdout = (chunk: Buffer): void => {
        output += chunk.toString()
      }
      await connection.exec(command, { onStdout })
      return output
    } finally {
      await transport.close()
    }
  }

  test('send the variables that the server accepts', async () => {
    vi.stubEnv('LC_GREETING', "it's \\ $HOME")
    vi.stubEnv('LC_OTHER', 'other')
    const lines = ['SendEnv LC_G* -LC_NOT', 'SetEnv GREETING="a b" LC_X=1 OTHER=2']
    const command = 'printf "%s|" "$LC_GREETING" "$LC_OTHER" "$GREETING" "$LC_X" "$OTHER"'
    expect(await said(command, lines)).toBe("it's \\ $HOME||a b|1||")
  })

  test('choose the local address and the family', async () => {
    expect(await said('echo "$SSH_CONNECTION"', ['BindAddress 127.0.0.7'])).toMatch(/^127\.0\.0\.7 /)
    await expect(
      logIn(sshd.spec({ address: 'ip6-localhost' }), {
        ...defaults('AddressFamily inet6'),
        connectTimeout: '300ms',
        transport: name,
      }),
    ).rejects.toMatchObject({ code: 'E_HOST_UNREACHABLE' })
  })

  test('lend the agent to commands of the host', async () => {
    const agent = new TestAgent(join(home, 'agent.sock'))
    await agent.start()
    agent.add(sshd.identityFile)
    vi.stubEnv('SSH_AUTH_SOCK', agent.socket)
    try {
      const command = 'ssh-add -l || echo none'
      expect(await said(command, ['ForwardAgent yes'])).toContain('(ED25519)')
      expect(await said(command, [])).toBe('none\n')
      vi.stubEnv('SSH_AUTH_SOCK', undefined)
      expect(await said(command, [`ForwardAgent ${agent.socket}`])).toContain('(ED25519)')
    } finally {
      await agent.stop()
    }
  })

  test('let a peer that is silent count as lost', async () => {
    const transport = makeTransport(name, {
      defaults: () => defaults('ServerAliveInterval 1', 'ServerAliveCountMax 1'),
    })
    const connection = await transport.connect(sshd.spec(), new AbortController().signal)
    const lost = expect(connection.exec('kill -STOP $PPID; sleep 100', {})).rejects.toMatchObject({
      code: 'E_HOST_LOST',
      message: expect.stringMatching(/Keepalive timeout|not responding/),
    })
    await lost
    sshd.crashSessions()
    await transport.close()
  })
})
