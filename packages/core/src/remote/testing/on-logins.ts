import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuthContext, AuthenticationType } from 'ssh2'
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import type { Ask, Question } from '../terminal/prompt.ts'
import type { HostSpec, SshDefaults } from '../transport.ts'
import { TestAgent } from './agent.ts'
import { logIn } from './log-in.ts'
import { makeKey } from './open-ssh.ts'
import { SshServer } from './ssh-server.ts'

/** Servers that want this or that of who logs in, a key, an agent, and a person who answers. */
class Logins {
  readonly place = mkdtempSync(join(tmpdir(), 'viridian-login-'))
  readonly identityFile = join(this.place, 'id')
  readonly agent = new TestAgent(join(this.place, 'agent.sock'))
  /** What is ended behind a test, the last first. */
  readonly endings: (() => Promise<void>)[] = []
  asked: Question[] = []
  #configs = 0

  readonly serverThat = async (authenticate: (context: AuthContext) => void): Promise<SshServer> => {
    const server = await SshServer.start({ exec: echo, authenticate })
    this.endings.push(() => server.stop())
    return server
  }

  /** Takes a password, by the method of that name or by a question. */
  readonly passwordServer = (right: string, method: AuthenticationType = 'password'): Promise<SshServer> =>
    this.serverThat((context) => {
      if (context.method !== method) return context.reject([method])
      if (context.method === 'password')
        return context.password === right ? context.accept() : context.reject([method])
      if (context.method !== 'keyboard-interactive') return context.reject([method])
      context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) =>
        answer === right ? context.accept() : context.reject([method]),
      )
    })

  /** Takes a key, then a code. */
  readonly codeServer = (): Promise<SshServer> => {
    const passed = new WeakSet<object>()
    return this.serverThat((context) => {
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

  readonly answering =
    (...answers: (string | undefined)[]): Ask =>
    async (question) => {
      this.asked.push(question)
      return answers.shift()
    }

  readonly logIn = (
    spec: HostSpec,
    ask?: Ask,
    lines: readonly string[] = [],
    options: Parameters<typeof logIn>[2] = {},
  ): Promise<string> =>
    logIn({ user: 'deploy', ...spec }, this.defaultsOf(lines), { ...(ask && { ask }), ...options })

  /** These lines in a file of ssh_config's. */
  readonly defaultsOf = (lines: readonly string[]): SshDefaults => {
    this.#configs += 1
    const config = join(this.place, `config-${this.#configs}`)
    writeFileSync(config, `${lines.join('\n')}\n`)
    return { config }
  }
}

/** Gives the tests of a file what they log in with and to. */
export function onLogins(): Logins {
  const at = new Logins()
  makeKey(at.identityFile, 'ed25519')
  beforeAll(() => at.agent.start())
  afterAll(async () => {
    await at.agent.stop()
    rmSync(at.place, { recursive: true })
  })
  beforeEach(() => {
    at.asked = []
    vi.stubEnv('SSH_AUTH_SOCK', undefined)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    for (const end of at.endings.splice(0).reverse()) await end()
  })
  return at
}

const echo = (
  _: string,
  channel: { write(text: string): void; exit(code: number): void; end(): void },
): void => {
  channel.write('in\n')
  channel.exit(0)
  channel.end()
}

// What the tries of one connection share; ssh2 does not type it.
function sessionOf(context: AuthContext): object {
  const protocol = '_protocol' in context ? context._protocol : undefined
  if (typeof protocol === 'object' && protocol !== null) return protocol
  throw new Error('ssh2 has changed inside')
}
