import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Question } from '../terminal/prompt.ts'
import { logIn as logInTo } from '../testing/log-in.ts'
import { freePort, makeKey, OpenSsh } from '../testing/open-ssh.ts'
import { processesWith } from '../testing/processes.ts'
import type { AnyTransportOptions } from '../testing/transports.ts'
import { until } from '../testing/until.ts'
import type { HostSpec, SshDefaults } from '../transport.ts'
import { OpenSshTransport } from './transport.ts'

// Short: control sockets are made here too.
const place = mkdtempSync(join(tmpdir(), 'vo-'))
const forever = new AbortController().signal
let sshd: OpenSsh

beforeAll(async () => {
  makeKey(join(place, 'authority'), 'ed25519')
  makeKey(join(place, 'certified'), 'ed25519')
  sshd = await OpenSsh.start({ config: [`TrustedUserCAKeys ${join(place, 'authority.pub')}`] })
})
afterAll(async () => {
  await sshd.stop()
  rmSync(place, { recursive: true })
})
afterEach(() => void vi.unstubAllEnvs())

const logIn = (
  spec: HostSpec,
  defaults: SshDefaults = {},
  options: Partial<AnyTransportOptions> = {},
): Promise<string> =>
  logInTo(spec, { transport: 'openssh', knownHosts: [sshd.knownHosts], ...defaults }, options)

function file(name: string, ...lines: string[]): string {
  writeFileSync(join(place, name), lines.map((line) => `${line}\n`).join(''))
  return join(place, name)
}

describe('what ssh2 cannot do', () => {
  test('a certificate of a user logs in', async () => {
    const user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim()
    const identityFile = join(place, 'certified')
    await expect(logIn(sshd.spec({ identityFile }))).rejects.toMatchObject({ code: 'E_HOST_AUTH' })
    const authority = join(place, 'authority')
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', '-n', user, `${identityFile}.pub`])
    expect(await logIn(sshd.spec({ identityFile }))).toBe('in')
  })

  test('a certificate of a host is trusted by its authority', async () => {
    const server = await OpenSsh.start()
    try {
      const key = join(server.directory, 'host_ed25519')
      execFileSync('ssh-keygen', [
        '-q',
        '-s',
        join(place, 'authority'),
        '-I',
        'h',
        '-h',
        '-n',
        '127.0.0.1',
        `${key}.pub`,
      ])
      await server.halt()
      const config = join(server.directory, 'sshd_config')
      writeFileSync(config, `HostCertificate ${key}-cert.pub\n`, { flag: 'a' })
      await server.listen()
      const authority = execFileSync('cat', [join(place, 'authority.pub')], { encoding: 'utf8' }).trim()
      const knownHosts = [file('by-authority', `@cert-authority [127.0.0.1]:* ${authority}`)]
      expect(await logIn(server.spec(), { knownHosts })).toBe('in')
      await expect(logIn(server.spec(), { knownHosts: [] })).rejects.toMatchObject({
        code: 'E_HOST_KEY_UNKNOWN',
      })
    } finally {
      await server.stop()
    }
  })

  test('a ProxyCommand leads to the host', async () => {
    const config = file(
      'proxied',
      'Host behind',
      `  ProxyCommand ssh -F none -o UserKnownHostsFile=${sshd.knownHosts} -i ${sshd.identityFile} -p ${sshd.port} -W 127.0.0.1:${sshd.port} 127.0.0.1`,
      '  HostKeyAlias behind',
    )
    const knownHosts = [file('alias', `behind ${sshd.hostKey()}`)]
    const { identityFile } = sshd
    expect(await logIn({ name: 'behind', identityFile }, { config, knownHosts })).toBe('in')
  })

  test('keys are exchanged as the system likes it best', async () => {
    const server = await OpenSsh.start({ config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] })
    try {
      expect(await logIn(server.spec(), { knownHosts: [server.knownHosts] })).toBe('in')
    } finally {
      await server.stop()
    }
  })
})

describe('questions', () => {
  const encrypted = (name: string): string => {
    const path = join(place, name)
    copyFileSync(sshd.identityFile, path)
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret words', '-f', path])
    return path
  }
  const recorded = (answers: readonly (string | undefined)[]) => {
    const asked: Question[] = []
    return { asked, ask: async (question: Question) => answers[asked.push(question) - 1] }
  }

  test('for a key are put once for all hosts, and again when the answer is wrong', async () => {
    const identityFile = encrypted('shared')
    const { asked, ask } = recorded(['wrong', 'secret words'])
    const transport = new OpenSshTransport({
      defaults: () => ({ config: false, knownHosts: [sshd.knownHosts], connectTimeout: '30s' }),
      ask,
    })
    const specs = [1, 2, 3, 4, 5].map((each) => sshd.spec({ name: `web-${each}`, identityFile }))
    const connections = await Promise.all(specs.map((spec) => transport.connect(spec, forever)))
    expect(connections.every(({ open }) => open)).toBe(true)
    const question = { text: `passphrase of ${identityFile}`, secret: true }
    expect(asked).toEqual([question, question])
    await transport.close()
  })

  test('that nobody answers fail the login, without a hang', async () => {
    const identityFile = encrypted('locked')
    const { asked, ask } = recorded([])
    const refused = (file: string, more = '') => ({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining(`(${file} is encrypted${more})`),
      hint: expect.stringContaining(`unlock it in the agent: ssh-add ${file}`),
    })
    const unanswered = logIn(sshd.spec({ identityFile }), {}, { ask })
    await expect(unanswered).rejects.toMatchObject(refused(identityFile, ', and no passphrase was right'))
    expect(asked).toHaveLength(1)
    await expect(logIn(sshd.spec({ identityFile }))).rejects.toMatchObject(refused(identityFile))
    // Of a key of this form, nobody can tell the public half without the passphrase.
    const old = join(place, 'old form')
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-m', 'PEM', '-N', 'secret words', '-f', old])
    rmSync(`${old}.pub`)
    await expect(logIn(sshd.spec({ identityFile: old }))).rejects.toMatchObject(refused(old))
  })

  test('about a new host key are put too', async () => {
    const { asked, ask } = recorded(['yes', 'no'])
    const knownHosts = [join(place, 'new-known-hosts')]
    expect(await logIn(sshd.spec(), { knownHosts }, { ask })).toBe('in')
    expect(await logIn(sshd.spec(), { knownHosts }, { ask })).toBe('in')
    expect(asked).toEqual([
      { text: expect.stringContaining('ED25519 key fingerprint is SHA256:'), secret: false },
    ])
    await expect(logIn(sshd.spec(), { knownHosts: [join(place, 'other')] }, { ask })).rejects.toMatchObject({
      code: 'E_HOST_KEY_UNKNOWN',
    })
  })
})

describe('its surroundings', () => {
  test('without ssh there is a clear error', async () => {
    vi.stubEnv('PATH', place)
    await expect(logIn(sshd.spec())).rejects.toMatchObject({ code: 'E_OPENSSH_MISSING' })
  })

  test('a setting that ssh does not take is named', async () => {
    const config = file('bad', 'Host *', '  KexAlgorithms none-such')
    await expect(logIn(sshd.spec(), { config })).rejects.toMatchObject({
      code: 'E_SSH_CONFIG',
      message: expect.stringContaining('bad'),
    })
  })

  test('an address that cannot be found is no fault of the settings', async () => {
    // ssh says of each line that it reads, and of an Include that matches nothing.
    const config = file('fine', 'Host *', '  AddressFamily inet6', `  Include ${join(place, 'none-*')}`)
    const spec = sshd.spec()
    for (const each of [spec, { ...spec, name: 'behind', address: '127.0.0.2', proxyJump: '127.0.0.1' }])
      await expect(logIn(each, { config })).rejects.toMatchObject({
        code: 'E_HOST_UNREACHABLE',
        message: expect.stringContaining('Could not resolve hostname 127.0.0.1'),
      })
  })

  test('nothing is left when it is closed, also of what did not come through', async () => {
    vi.stubEnv('TMPDIR', mkdtempSync(join(place, 't')))
    const defaults: SshDefaults = { config: false, knownHosts: [sshd.knownHosts], connectTimeout: 300 }
    const transport = new OpenSshTransport({ defaults: () => ({ ...defaults, connectTimeout: '20s' }) })
    await transport.connect(sshd.spec(), forever)
    const stop = new AbortController()
    const nowhere = transport.connect(sshd.spec({ port: await freePort() }), stop.signal)
    await until(() => processesWith(tmpdir()).length >= 2)
    stop.abort(new Error('enough'))
    await expect(nowhere).rejects.toThrow()
    await transport.close()
    expect(processesWith(tmpdir())).toEqual([])
    expect(readdirSync(tmpdir())).toEqual([])
  })
})

describe('connections through the host', () => {
  test('are dialled, and come back from ports that it listens on', async () => {
    const echo = createServer({ allowHalfOpen: true }, (socket: Socket) => socket.pipe(socket))
    const port = await freePort()
    await new Promise<void>((resolve) => echo.listen(port, '127.0.0.1', resolve))
    const transport = new OpenSshTransport({
      defaults: () => ({ config: false, knownHosts: [sshd.knownHosts], connectTimeout: '20s' }),
    })
    try {
      const connection = await transport.connect(sshd.spec(), forever)
      const dialled = await connection.dial('127.0.0.1', port)
      dialled.end('hello')
      expect(await text(dialled)).toBe('hello')
      await expect(connection.dial('127.0.0.1', await freePort())).rejects.toMatchObject({
        code: 'E_HOST_FORWARD',
      })
      const listening = await connection.listen('127.0.0.1', 0, (socket) => void socket.pipe(socket))
      const back = await connection.dial('127.0.0.1', listening.port)
      back.end('and back')
      expect(await text(back)).toBe('and back')
      await listening.close()
      await listening.ended
      await expect(connection.dial('127.0.0.1', listening.port)).rejects.toMatchObject({
        code: 'E_HOST_FORWARD',
      })
    } finally {
      await transport.close()
      echo.close()
    }
  })
})
