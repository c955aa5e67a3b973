import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { AuthContext, AuthenticationType } from 'ssh2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Ask, Question } from '../terminal/prompt.ts'
import { TestAgent } from '../testing/agent.ts'
import { logIn as logInTo } from '../testing/log-in.ts'
import { makeKey, OpenSsh } from '../testing/open-ssh.ts'
import { SshServer } from '../testing/ssh-server.ts'
import { makeTransport } from '../testing/transports.ts'
import type { HostSpec, SshDefaults } from '../transport.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-login-'))
const identityFile = join(place, 'id')
makeKey(identityFile, 'ed25519')
const agent = new TestAgent(join(place, 'agent.sock'))
const endings: (() => Promise<void>)[] = []
let asked: Question[]

beforeAll(() => agent.start())
afterAll(async () => {
  await agent.stop()
  rmSync(place, { recursive: true })
})
beforeEach(() => {
  asked = []
  vi.stubEnv('SSH_AUTH_SOCK', undefined)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const end of endings.splice(0).reverse()) await end()
})

const echo = (
  _: string,
  channel: { write(text: string): void; exit(code: number): void; end(): void },
): void => {
  channel.write('in\n')
  channel.exit(0)
  channel.end()
}

async function serverThat(authenticate: (context: AuthContext) => void): Promise<SshServer> {
  const server = await SshServer.start({ exec: echo, authenticate })
  endings.push(() => server.stop())
  return server
}

/** Takes a password, by the method of that name or by a question. */
const passwordServer = (right: string, method: AuthenticationType = 'password'): Promise<SshServer> =>
  serverThat((context) => {
    if (context.method !== method) return context.reject([method])
    if (context.method === 'password')
      return context.password === right ? context.accept() : context.reject([method])
    if (context.method !== 'keyboard-interactive') return context.reject([method])
    context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) =>
      answer === right ? context.accept() : context.reject([method]),
    )
  })

/** Takes a key, then a code. */
const codeServer = (): Promise<SshServer> => {
  const passed = new WeakSet<object>()
  return serverThat((context) => {
    if (context.method === 'publickey' && !context.signature) return context.accept()
    const session = sessionOf(context)
    if (context.method === 'publickey') {
      passed.add(session)
      return context.reject(['keyboard-interactive'], true)
    }
    if (!passed.has(session)) return context.reject(['publickey'])
    if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
    const prompts = [
      { prompt: 'Name of your \u001b[2Jpet: ', echo: true },
      { prompt: 'Code: ', echo: false },
    ]
    context.prompt(prompts, 'Second factor', 'Look at your phone.', (answers) =>
      answers.join() === 'rex,123456' ? context.accept() : context.reject(['keyboard-interactive']),
    )
  })
}

// What the tries of one connection share; ssh2 does not type it.
function sessionOf(context: AuthContext): object {
  const protocol = '_protocol' in context ? context._protocol : undefined
  if (typeof protocol === 'object' && protocol !== null) return protocol
  throw new Error('ssh2 has changed inside')
}

function answering(...answers: (string | undefined)[]): Ask {
  return async (question) => {
    asked.push(question)
    return answers.shift()
  }
}

const logIn = (
  spec: HostSpec,
  ask?: Ask,
  lines: readonly string[] = [],
  options: Parameters<typeof logInTo>[2] = {},
): Promise<string> =>
  logInTo({ user: 'deploy', ...spec }, defaultsOf(lines), { ...(ask && { ask }), ...options })

let configs = 0
function defaultsOf(lines: readonly string[]): SshDefaults {
  configs += 1
  const config = join(place, `config-${configs}`)
  writeFileSync(config, `${lines.join('\n')}\n`)
  return { config }
}

describe.each(['password', 'keyboard-interactive'] as const)('a password, by %s,', (method) => {
  test('is asked for, unseen', async () => {
    const { spec } = await passwordServer('sesame', method)
    expect(await logIn(spec, answering('sesame'))).toBe('in')
    expect(asked).toEqual([{ text: 'password of deploy@web-1', secret: true }])
  })

  test('that is wrong is asked for again, as often as ssh_config says', async () => {
    const { spec } = await passwordServer('sesame', method)
    expect(await logIn(spec, answering('no', 'nor', 'sesame'))).toBe('in')
    expect(asked.map(({ text }) => text)).toEqual([
      'password of deploy@web-1',
      'that one is wrong; password of deploy@web-1',
      'that one is wrong; password of deploy@web-1',
    ])
    asked = []
    const twice = logIn(spec, answering('no', 'nor', 'sesame'), ['NumberOfPasswordPrompts 2'])
    await expect(twice).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringMatching(/^web-1: deploy@127\.0\.0\.1:\d+ refused to log in: tried 2 passwords$/),
    })
    expect(asked).toHaveLength(2)
  })

  test('is asked for once for all hosts of a user', async () => {
    const { spec } = await passwordServer('sesame', method)
    const transport = makeTransport('ssh2', {
      defaults: () => ({ config: false, user: 'deploy' }),
      ask: answering('sesame'),
    })
    const { signal } = new AbortController()
    const names = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(names.map((name) => transport.connect({ ...spec, name }, signal)))
    await transport.close()
    expect(asked).toHaveLength(1)
  })

  test('of another host does not hold', async () => {
    const [one, other] = [await passwordServer('sesame', method), await passwordServer('barley', method)]
    const transport = makeTransport('ssh2', {
      defaults: () => ({ config: false, user: 'deploy' }),
      ask: answering('sesame', 'barley'),
    })
    const { signal } = new AbortController()
    await transport.connect({ ...one.spec, name: 'one' }, signal)
    await transport.connect({ ...other.spec, name: 'other' }, signal)
    await transport.close()
    expect(asked.map(({ text }) => text)).toEqual([
      'password of deploy@one',
      'that one is wrong; password of deploy@other',
    ])
  })

  test('is a clear error where there is nobody, and in a batch', async () => {
    const { spec } = await passwordServer('sesame', method)
    await expect(logIn(spec)).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringMatching(/refused to log in: .*, and nobody answered$/),
      hint: expect.stringContaining('terminal'),
    })
    await expect(logIn(spec, answering('sesame'), ['BatchMode yes'])).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining(`it accepts only ${method}`),
      hint: 'BatchMode in ssh_config lets nobody be asked',
    })
    expect(asked).toEqual([])
  })

  test('may take its time, and outlives a connection that does not', async () => {
    const server = await passwordServer('sesame', method)
    const ask: Ask = async (question) => {
      asked.push(question)
      await new Promise((resolve) => setTimeout(resolve, 500))
      server.cut()
      return 'sesame'
    }
    expect(await logIn(server.spec, ask, [], { timing: { readyTimeout: 300 } })).toBe('in')
    expect(asked).toHaveLength(1)
    expect(server.connections).toBe(2)
  })
})

describe('a second factor', () => {
  const right = (): Ask => answering('rex', '123456')
  const seen = [
    { text: 'deploy@web-1: Second factor\nLook at your phone.\nName of your [2Jpet', secret: false },
    { text: 'deploy@web-1: Second factor\nLook at your phone.\nCode', secret: true },
  ]

  test('is asked for as the server has it, after a key of a file', async () => {
    const { spec } = await codeServer()
    expect(await logIn({ ...spec, identityFile }, right())).toBe('in')
    expect(asked).toEqual(seen)
  })

  test('is asked for after a key of an agent', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', agent.socket)
    agent.add(identityFile)
    const { spec } = await codeServer()
    expect(await logIn(spec, right())).toBe('in')
    expect(asked).toEqual(seen)
  })

  test('is asked for after an encrypted key', async () => {
    const file = join(place, 'locked')
    makeKey(file, 'ed25519', 'words')
    const { spec } = await codeServer()
    expect(await logIn({ ...spec, identityFile: file }, answering('words', 'rex', '123456'))).toBe('in')
    expect(asked).toEqual([{ text: `passphrase of ${file}`, secret: true }, ...seen])
  })

  test('that nobody gives is told of', async () => {
    const { spec } = await codeServer()
    await expect(logIn({ ...spec, identityFile })).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining(
        'a key was right, but the server also wants keyboard-interactive, and nobody answered',
      ),
    })
  })

  test('may be a second key, of a file or of an agent', async () => {
    const server = await OpenSsh.start({ config: ['AuthenticationMethods publickey,publickey'] })
    endings.push(() => server.stop())
    const second = join(place, 'second')
    makeKey(second, 'ecdsa')
    server.admit(second)
    const first = server.identityFile
    const { identityFile: _, ...spec } = server.spec({
      hostKeys: [server.hostKey()],
      user: userInfo().username,
    })
    expect(await logIn(spec, undefined, [`IdentityFile ${first}`, `IdentityFile ${second}`])).toBe('in')
    vi.stubEnv('SSH_AUTH_SOCK', agent.socket)
    agent.add(first)
    agent.add(second)
    expect(await logIn(spec)).toBe('in')
  })
})

describe('an encrypted key', () => {
  test('is asked for again when its passphrase is wrong, and then left out', async () => {
    const server = await OpenSsh.start()
    endings.push(() => server.stop())
    const file = join(place, 'ours')
    makeKey(file, 'rsa', 'words')
    server.admit(file)
    const spec = server.spec({ identityFile: file, hostKeys: [server.hostKey()], user: userInfo().username })
    expect(await logIn(spec, answering('word', 'words'))).toBe('in')
    expect(asked.map(({ text }) => text)).toEqual([
      `passphrase of ${file}`,
      `that one is wrong; passphrase of ${file}`,
    ])
    const { identityFile: _, ...any } = spec
    const lines = [`IdentityFile ${file}`, `IdentityFile ${server.identityFile}`]
    expect(await logIn(any, answering('1', '2', '3'), lines)).toBe('in')
    await expect(logIn(spec, answering('1', '2', '3'))).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining(`${file} is encrypted, and no passphrase was right`),
      hint: `unlock it in the agent: ssh-add ${file}`,
    })
  })

  test('that no server takes is not asked for', async () => {
    const server = await OpenSsh.start()
    endings.push(() => server.stop())
    const file = join(place, 'foreign')
    makeKey(file, 'ed25519', 'words')
    const { identityFile: own, ...spec } = server.spec({
      hostKeys: [server.hostKey()],
      user: userInfo().username,
    })
    const lines = [`IdentityFile ${file}`, `IdentityFile ${own}`]
    expect(await logIn(spec, answering('words'), lines)).toBe('in')
    expect(asked).toEqual([])
  })
})

describe('what ssh2 cannot do', () => {
  test('is told of when nothing else works', async () => {
    // Typed as what ssh2 can do; servers know more.
    const kerberos = 'gssapi-with-mic' as AuthenticationType
    const { spec } = await serverThat((context) => context.reject([kerberos]))
    await expect(logIn({ ...spec, identityFile })).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      hint: expect.stringContaining("transport: 'openssh'"),
    })
  })

  test('are keys of security keys and certificates', async () => {
    const { spec } = await serverThat((context) => context.reject(['publickey']))
    const file = join(place, 'id_sk')
    writeFileSync(`${file}.pub`, 'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t me\n')
    await expect(
      logIn(spec, undefined, [`IdentityFile ${file}`, 'CertificateFile ~/id-cert.pub']),
    ).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringMatching(/id_sk: it is a security key's.*id-cert\.pub is a certificate/),
      hint: expect.stringContaining("transport: 'openssh'"),
    })
  })

  test('are certificates that nobody names: beside a key, and in the agent', async () => {
    const { spec } = await serverThat((context) => context.reject(['publickey']))
    const file = join(place, 'certified')
    const authority = join(place, 'authority')
    makeKey(file, 'ed25519')
    makeKey(authority, 'ed25519')
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', '-n', 'deploy', `${file}.pub`])
    const hint = expect.stringContaining("transport: 'openssh'")
    await expect(logIn({ ...spec, identityFile: file })).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining(`tried ${file} (${file}-cert.pub is a certificate`),
      hint,
    })
    vi.stubEnv('SSH_AUTH_SOCK', agent.socket)
    agent.add(file)
    await expect(logIn(spec)).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining('(the agent holds a certificate'),
      hint,
    })
    agent.remove(file)
  })
})
