import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once, setMaxListeners } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { freePort, makeKey, OpenSsh } from '../testing/open-ssh.ts'
import { until } from '../testing/until.ts'
import type { HostSpec, SshDefaults } from '../transport.ts'
import { SshTransport, type SshTransportOptions } from './transport.ts'

const forever = new AbortController().signal
setMaxListeners(0, forever)
const place = mkdtempSync(join(tmpdir(), 'viridian-transport-'))
const home = join(place, 'home')
mkdirSync(join(home, '.ssh'), { recursive: true })
let sshd: OpenSsh
let transports: SshTransport[] = []

beforeAll(async () => {
  sshd = await OpenSsh.start({ hostKeyTypes: ['ed25519', 'rsa', 'ecdsa'], config: ['MaxAuthTries 3'] })
})
afterAll(async () => {
  await sshd.stop()
  rmSync(place, { recursive: true })
})
beforeEach(() => {
  vi.stubEnv('HOME', home)
  vi.stubEnv('SSH_AUTH_SOCK', undefined)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(transports.map((transport) => transport.close()))
  transports = []
})

function transport(defaults: SshDefaults = {}, options: Partial<SshTransportOptions> = {}): SshTransport {
  const made = new SshTransport({
    defaults: () => ({ knownHosts: [sshd.knownHosts], connectTimeout: '10s', ...defaults }),
    ...options,
  })
  transports.push(made)
  return made
}

/** Connects and runs a command there. */
async function logIn(
  spec: HostSpec,
  defaults?: SshDefaults,
  options?: Partial<SshTransportOptions>,
): Promise<string> {
  const connection = await transport(defaults, options).connect(spec, forever)
  let said = ''
  const onStdout = (chunk: Buffer): void => {
    said += chunk.toString()
  }
  await connection.exec('echo in', { onStdout })
  return said.trim()
}

const withoutIdentity = (): HostSpec => ({ name: 'web-1', address: '127.0.0.1', port: sshd.port })

describe('identities', () => {
  test.each(['ed25519', 'ecdsa', 'rsa'])('a key of type %s logs in', async (type) => {
    const server = await OpenSsh.start({ identityType: type })
    try {
      expect(await logIn(server.spec(), { knownHosts: [server.knownHosts] })).toBe('in')
    } finally {
      await server.stop()
    }
  })

  test('a key that the server does not know is refused, and named', async () => {
    const stranger = join(place, 'stranger')
    makeKey(stranger, 'ed25519')
    await expect(logIn(sshd.spec({ identityFile: stranger }))).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringMatching(
        `^web-1: .*@127.0.0.1:${sshd.port} refused to log in: tried ${stranger}$`,
      ),
      place: { host: 'web-1' },
    })
  })

  test('an identity file that is missing or no key is named', async () => {
    const nowhere = join(place, 'nowhere')
    const missing = {
      code: 'E_IDENTITY_FILE',
      message: `the identity file ${nowhere} of web-1 does not exist`,
    }
    await expect(logIn(sshd.spec({ identityFile: nowhere }))).rejects.toMatchObject(missing)
    const noKey = join(place, 'no-key')
    writeFileSync(noKey, 'hello')
    await expect(logIn(sshd.spec({ identityFile: noKey }))).rejects.toMatchObject({
      code: 'E_IDENTITY_FILE',
      message: expect.stringContaining('cannot be used'),
    })
  })

  test('default identities are tried', async () => {
    expect(await withDefaultIdentity(() => logIn(withoutIdentity()))).toBe('in')
    await expect(logIn(withoutIdentity())).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining('there is no key to log in'),
    })
  })

  test('an encrypted key is read once, with its passphrase', async () => {
    const asked: string[] = []
    const askPassphrase = async (file: string) => {
      asked.push(file)
      return 'secret words'
    }
    const file = encrypted('encrypted')
    const shared = transport({}, { askPassphrase })
    const began = performance.now()
    await Promise.all(
      Array.from({ length: 8 }, () => shared.connect(sshd.spec({ identityFile: file }), forever)),
    )
    expect(asked).toEqual([file])
    // Eight decryptions would take more than three seconds.
    expect(performance.now() - began).toBeLessThan(2_500)
  })

  test('an encrypted key without passphrase and agent is an error with a way out', async () => {
    const file = encrypted('locked')
    await expect(logIn(sshd.spec({ identityFile: file }))).rejects.toMatchObject({
      code: 'E_IDENTITY_FILE',
      message: expect.stringMatching(/is encrypted, and no agent is running$/),
      hint: `unlock it in the agent: ssh-add ${file}`,
    })
  })
})

/** A copy of the server's identity, under a passphrase. */
function encrypted(name: string): string {
  const file = join(place, name)
  execFileSync('cp', [sshd.identityFile, file])
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret words', '-f', file])
  return file
}

async function withDefaultIdentity<Value>(body: () => Promise<Value>): Promise<Value> {
  const file = join(home, '.ssh/id_ed25519')
  execFileSync('cp', [sshd.identityFile, file])
  try {
    return await body()
  } finally {
    rmSync(file)
  }
}

describe('the agent', () => {
  const socket = join(place, 'agent.sock')
  let agent: ChildProcess

  beforeAll(async () => {
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    await until(() => add('-l') !== 2)
    // More than the server lets be tried; the right one comes last.
    for (const number of [1, 2, 3, 4, 5]) {
      const file = join(place, `other-${number}`)
      makeKey(file, 'ed25519')
      add('-q', file)
    }
    add('-q', sshd.identityFile)
  })
  afterAll(async () => {
    const ended = once(agent, 'exit')
    agent.kill()
    await ended
  })
  beforeEach(() => void vi.stubEnv('SSH_AUTH_SOCK', socket))

  function add(...args: string[]): number | undefined {
    try {
      execFileSync('ssh-add', args, { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
      return 0
    } catch (error) {
      return error instanceof Error && 'status' in error ? Number(error.status) : undefined
    }
  }

  test('signs for an encrypted identity file, and is asked for no other key', async () => {
    expect(await logIn(sshd.spec({ identityFile: encrypted('in-agent') }))).toBe('in')
  })

  test('that holds too many keys for a server is refused at once', async () => {
    const began = performance.now()
    await expect(logIn(withoutIdentity())).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining('tried 6 keys of the agent'),
    })
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('does not hold every key', async () => {
    const file = join(place, 'unknown-locked')
    makeKey(file, 'ed25519', 'words')
    await expect(logIn(sshd.spec({ identityFile: file }))).rejects.toMatchObject({
      message: expect.stringMatching(/the agent does not hold it$/),
    })
  })

  test('logs in by itself where the server allows as many tries', async () => {
    const server = await OpenSsh.start({ config: ['MaxAuthTries 20'] })
    add('-q', server.identityFile)
    try {
      const { identityFile, ...spec } = server.spec()
      expect(await logIn(spec, { knownHosts: [server.knownHosts] })).toBe('in')
    } finally {
      add('-q', '-d', server.identityFile)
      await server.stop()
    }
  })

  test('that is dead is passed over, and told of', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', join(place, 'dead.sock'))
    expect(await withDefaultIdentity(() => logIn(withoutIdentity()))).toBe('in')
    await expect(logIn(withoutIdentity())).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining(`the agent at ${join(place, 'dead.sock')} does not answer`),
    })
  })
})

describe('host keys', () => {
  const at = (): string => `[127.0.0.1]:${sshd.port}`
  const known = (...lines: string[]): SshDefaults => {
    const file = join(place, `known-${Math.random()}`)
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
    return { knownHosts: [join(place, 'none'), file] }
  }
  const fingerprintOf = (key: string): string =>
    execFileSync('ssh-keygen', ['-lf', '-'], { input: key, encoding: 'utf8' }).split(' ')[1] ?? ''
  const foreign = (): string => {
    const file = join(place, `foreign-${Math.random()}`)
    makeKey(file, 'ed25519')
    return execFileSync('ssh-keygen', ['-yf', file], { encoding: 'utf8' }).trim()
  }

  test('a host that is not known is refused, with the fingerprint seen', async () => {
    const seen = fingerprintOf(sshd.hostKey())
    await expect(logIn(sshd.spec(), known())).rejects.toMatchObject({
      code: 'E_HOST_KEY_UNKNOWN',
      message: expect.stringContaining(`shows the ssh-ed25519 key ${seen}`),
      hint: expect.stringContaining(`hostKeys: ['${seen}']`),
      place: { host: 'web-1' },
    })
  })

  test.each(['rsa', 'ecdsa', 'ed25519'] as const)(
    'a host known by its %s key alone shows that one',
    async (type) => {
      expect(await logIn(sshd.spec(), known(`${at()} ${sshd.hostKey(type)}`))).toBe('in')
    },
  )

  test('a changed key is refused, with both fingerprints and the place', async () => {
    const old = foreign()
    const defaults = known('# first', `${at()} ${old}`)
    const file = defaults.knownHosts?.[1]
    await expect(logIn(sshd.spec(), defaults)).rejects.toMatchObject({
      code: 'E_HOST_KEY_CHANGED',
      message: `web-1 shows the ssh-ed25519 key ${fingerprintOf(sshd.hostKey())}, but ${file}:2 knows it by ${fingerprintOf(old)}`,
      place: { host: 'web-1', file, line: 2 },
    })
  })

  test('a revoked key is refused, also one that another line knows', async () => {
    const defaults = known(`${at()} ${sshd.hostKey()}`, `@revoked * ${sshd.hostKey()}`)
    await expect(logIn(sshd.spec(), defaults)).rejects.toMatchObject({
      code: 'E_HOST_KEY_REVOKED',
      place: { line: 2 },
    })
  })

  test('a certificate authority vouches for no plain key', async () => {
    await expect(logIn(sshd.spec(), known(`@cert-authority ${at()} ${foreign()}`))).rejects.toMatchObject({
      code: 'E_HOST_KEY_UNKNOWN',
      message: expect.stringContaining('host certificates are not supported'),
    })
  })

  test('hashed names, negated patterns and names without the port are understood', async () => {
    const defaults = known(`${at()} ${sshd.hostKey()}`)
    execFileSync('ssh-keygen', ['-q', '-H', '-f', defaults.knownHosts?.[1] ?? ''], { stdio: 'ignore' })
    expect(await logIn(sshd.spec(), defaults)).toBe('in')
    expect(await logIn(sshd.spec(), known(`127.0.0.1 ${sshd.hostKey()}`))).toBe('in')
    const negated = known(`127.*,!127.0.0.1 ${sshd.hostKey()}`)
    await expect(logIn(sshd.spec(), negated)).rejects.toMatchObject({ code: 'E_HOST_KEY_UNKNOWN' })
  })

  test('keys that the host was given with are the only ones', async () => {
    const seen = fingerprintOf(sshd.hostKey())
    const rsa = `2048 ${fingerprintOf(sshd.hostKey('rsa'))} root@web-1 (RSA)`
    for (const hostKeys of [[seen], [sshd.hostKey()], [sshd.hostKey('ecdsa')], [rsa]]) {
      expect(await logIn(sshd.spec({ hostKeys }), known())).toBe('in')
    }
    const other = fingerprintOf(foreign())
    const given = logIn(sshd.spec({ hostKeys: [other] }), known(`${at()} ${sshd.hostKey()}`))
    await expect(given).rejects.toMatchObject({
      code: 'E_HOST_KEY_CHANGED',
      message: `web-1 shows the ssh-ed25519 key ${seen}, which is none of the keys it is known by: ${other}`,
    })
    await expect(logIn(sshd.spec({ hostKeys: ['aa:bb'] }))).rejects.toMatchObject({
      code: 'E_HOST_KEY_FORMAT',
    })
  })
})

describe('reaching a host', () => {
  test('waits for an sshd that comes up late', async () => {
    const server = await OpenSsh.start()
    try {
      await server.halt()
      const late = logIn(server.spec(), { knownHosts: [server.knownHosts] })
      await sleep(300)
      await server.listen()
      expect(await late).toBe('in')
    } finally {
      await server.stop()
    }
  })

  test('gives up in the end, and says why', async () => {
    const spec = { ...sshd.spec(), port: await freePort() }
    const began = performance.now()
    await expect(logIn(spec, { connectTimeout: '600ms' })).rejects.toMatchObject({
      code: 'E_HOST_UNREACHABLE',
      message: expect.stringMatching(
        /^web-1 \(127\.0\.0\.1:\d+\) cannot be reached within 600ms: .*ECONNREFUSED/,
      ),
      place: { host: 'web-1' },
    })
    expect(performance.now() - began).toBeLessThan(3_000)
  })

  test('a name that does not resolve is told at once', async () => {
    await expect(logIn(sshd.spec({ address: 'no-such-host.invalid' }))).rejects.toMatchObject({
      code: 'E_HOST_UNREACHABLE',
      hint: 'check the address of web-1',
    })
  })

  test('stops when the run stops', async () => {
    const stop = new AbortController()
    const spec = { ...sshd.spec(), port: await freePort() }
    const connecting = transport().connect(spec, stop.signal)
    await sleep(50)
    stop.abort(new Error('enough'))
    await expect(connecting).rejects.toThrow(/enough|abort/)
  })

  test('many at once get through an sshd that drops them', async () => {
    const server = await OpenSsh.start({ config: ['MaxStartups 3:70:6', 'LogLevel VERBOSE'] })
    try {
      const all = transport({ knownHosts: [server.knownHosts], connectTimeout: '30s' })
      const connections = await Promise.all(
        Array.from({ length: 30 }, () => all.connect(server.spec(), forever)),
      )
      expect(connections.every(({ open }) => open)).toBe(true)
      expect(server.log).toContain('drop connection')
    } finally {
      await server.stop()
    }
  })
})
