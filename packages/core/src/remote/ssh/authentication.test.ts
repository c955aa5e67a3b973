import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Question } from '../terminal/prompt.ts'
import { TestAgent } from '../testing/agent.ts'
import { logIn as logInTo } from '../testing/log-in.ts'
import { makeKey, OpenSsh } from '../testing/open-ssh.ts'
import { homeAt, makeTransport, transportNames } from '../testing/transports.ts'
import type { HostSpec } from '../transport.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-authentication-'))
const home = join(place, 'home')
mkdirSync(join(home, '.ssh'), { recursive: true })
const local = homeAt(home)
let sshd: OpenSsh

beforeAll(async () => {
  sshd = await OpenSsh.start({ config: ['MaxAuthTries 3'] })
})
afterAll(async () => {
  await sshd.stop()
  rmSync(place, { recursive: true })
})
beforeEach(() => {
  vi.stubEnv('SSH_AUTH_SOCK', undefined)
})
afterEach(() => void vi.unstubAllEnvs())

const logIn = (spec: HostSpec, knownHosts = sshd.knownHosts): Promise<string> =>
  logInTo(spec, { knownHosts: [knownHosts] }, { local })

const withoutIdentity = (): HostSpec => ({ name: 'web-1', address: '127.0.0.1', port: sshd.port })

describe('identities', () => {
  test.each(['ed25519', 'ecdsa', 'rsa'])('a key of type %s logs in', async (type) => {
    const server = await OpenSsh.start({ identityType: type })
    try {
      expect(await logIn(server.spec(), server.knownHosts)).toBe('in')
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

  test('a file that ssh_config names is told of when it is missing', async () => {
    const [config, nowhere] = [join(place, 'names-nowhere'), join(place, 'nowhere')]
    writeFileSync(config, `IdentityFile ${nowhere}\n`)
    for (const transport of transportNames)
      await expect(
        logInTo(withoutIdentity(), { transport, config, knownHosts: [sshd.knownHosts] }),
      ).rejects.toMatchObject({
        code: 'E_HOST_AUTH',
        message: expect.stringContaining(`(${nowhere} does not exist)`),
      })
  })

  test('an encrypted key is read once, with its passphrase', async () => {
    const asked: string[] = []
    const ask = async ({ text }: Question) => {
      asked.push(text)
      return 'secret words'
    }
    const file = encrypted('encrypted')
    const shared = makeTransport('ssh2', {
      defaults: () => ({ config: false, knownHosts: [sshd.knownHosts] }),
      ask,
    })
    const parse = vi.spyOn(ssh2.utils, 'parseKey')
    const { signal } = new AbortController()
    await Promise.all(
      Array.from({ length: 8 }, () => shared.connect(sshd.spec({ identityFile: file }), signal)),
    )
    await shared.close()
    expect(asked).toEqual([`passphrase of ${file}`])
    // With the usual rounds, each costs about 0.4 s.
    expect(parse.mock.calls.filter(([, passphrase]) => passphrase !== undefined)).toHaveLength(1)
    parse.mockRestore()
  })

  test('an encrypted key without passphrase and agent is an error with a way out', async () => {
    const file = encrypted('locked')
    await expect(logIn(sshd.spec({ identityFile: file }))).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringMatching(`refused to log in: tried ${file} \\(${file} is encrypted\\)$`),
      hint: `unlock it in the agent: ssh-add ${file}; on a terminal, its passphrase is asked for`,
    })
  })
})

/** A copy of the server's identity, under a passphrase. */
function encrypted(name: string): string {
  const file = join(place, name)
  execFileSync('cp', [sshd.identityFile, file])
  execFileSync('ssh-keygen', ['-q', '-p', '-a', '1', '-P', '', '-N', 'secret words', '-f', file])
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
  const agent = new TestAgent(join(place, 'agent.sock'))

  beforeAll(async () => {
    await agent.start()
    // More than the server lets be tried; the right one comes last.
    for (const number of [1, 2, 3, 4, 5]) {
      const file = join(place, `other-${number}`)
      makeKey(file, 'ed25519')
      agent.add(file)
    }
    agent.add(sshd.identityFile)
  })
  afterAll(() => agent.stop())
  beforeEach(() => void vi.stubEnv('SSH_AUTH_SOCK', agent.socket))

  test('signs for an encrypted identity file, and is asked for no other key', async () => {
    expect(await logIn(sshd.spec({ identityFile: encrypted('in-agent') }))).toBe('in')
  })

  test('that holds too many keys for a server is refused at once', async () => {
    const began = performance.now()
    await expect(logIn(withoutIdentity())).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining('tried 3 keys of the agent'),
    })
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('does not hold every key, of which only the public half is there', async () => {
    const file = join(place, 'unknown')
    makeKey(file, 'ed25519')
    await expect(logIn(sshd.spec({ identityFile: `${file}.pub` }))).rejects.toMatchObject({
      code: 'E_IDENTITY_FILE',
      message: expect.stringMatching(/holds only a public key, and the agent does not hold it$/),
    })
  })

  test('logs in by itself where the server allows as many tries', async () => {
    const server = await OpenSsh.start({ config: ['MaxAuthTries 20'] })
    agent.add(server.identityFile)
    try {
      const { identityFile, ...spec } = server.spec()
      expect(await logIn(spec, server.knownHosts)).toBe('in')
    } finally {
      agent.remove(server.identityFile)
      await server.stop()
    }
  })

  test('offers no other keys than those that ssh_config names, under IdentitiesOnly', async () => {
    const config = join(place, 'only')
    const names = [`IdentityFile ${sshd.identityFile}.pub`, 'IdentitiesOnly yes']
    writeFileSync(config, names.join('\n'))
    const defaults = { config, knownHosts: [sshd.knownHosts] }
    expect(await logInTo(withoutIdentity(), defaults)).toBe('in')
    writeFileSync(config, names.slice(1).join('\n'))
    await expect(logInTo(withoutIdentity(), defaults)).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining('there is no key to log in'),
    })
  })

  test('offers the keys first that ssh_config names', async () => {
    const config = join(place, 'first')
    writeFileSync(config, `IdentityFile ${sshd.identityFile}`)
    expect(await logInTo(withoutIdentity(), { config, knownHosts: [sshd.knownHosts] })).toBe('in')
  })

  test('may be another one than the usual, or none', async () => {
    const config = join(place, 'which')
    const defaults = { config, knownHosts: [sshd.knownHosts] }
    vi.stubEnv('SSH_AUTH_SOCK', join(place, 'dead.sock'))
    const named = `IdentityFile ${sshd.identityFile}.pub`
    writeFileSync(config, [`IdentityAgent ${agent.socket}`, named].join('\n'))
    expect(await logInTo(withoutIdentity(), defaults)).toBe('in')
    vi.stubEnv('SSH_AUTH_SOCK', agent.socket)
    writeFileSync(config, ['IdentityAgent none', named].join('\n'))
    await expect(logInTo(withoutIdentity(), defaults)).rejects.toMatchObject({
      message: expect.stringContaining(`no agent is running for ${sshd.identityFile}.pub`),
    })
  })

  test('that will not sign with a key is asked for the next', async () => {
    const server = await OpenSsh.start()
    const confirmed = join(place, 'confirmed')
    makeKey(confirmed, 'ed25519')
    server.admit(confirmed)
    const config = join(place, 'confirm')
    const files = [confirmed, server.identityFile].map((file) => `IdentityFile ${file}`)
    writeFileSync(config, ['IdentitiesOnly yes', ...files].join('\n'))
    // To sign with it, the agent would ask a person by a program that is not there.
    agent.add(confirmed, '-c')
    try {
      const { identityFile: _, ...spec } = server.spec()
      expect(await logInTo(spec, { config, knownHosts: [server.knownHosts] })).toBe('in')
    } finally {
      agent.remove(confirmed)
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
