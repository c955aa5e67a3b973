import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Ask, Question } from '../terminal/prompt.ts'
import { logIn as logInTo } from '../testing/log-in.ts'
import { makeKey } from '../testing/open-ssh.ts'
import { SshServer } from '../testing/ssh-server.ts'
import { OpenSshTransport } from './transport.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-passwords-'))
const identityFile = join(place, 'id')
makeKey(identityFile, 'ed25519')
const servers: SshServer[] = []
let asked: Question[]
/** What servers were sent as a password. */
let sent: string[]

beforeEach(() => {
  asked = []
  sent = []
})
afterEach(async () => void (await Promise.all(servers.splice(0).map((server) => server.stop()))))
afterAll(() => rmSync(place, { recursive: true }))

async function serverOf(
  method: 'password' | 'keyboard-interactive',
  question = 'Password: ',
): Promise<SshServer> {
  const server = await SshServer.start({
    exec: (_command, channel) => {
      channel.write('in\n')
      channel.exit(0)
      channel.end()
    },
    authenticate: (context) => {
      const judge = (password = ''): void => {
        sent.push(password)
        if (password === 'sesame') context.accept()
        else context.reject([method])
      }
      if (context.method === 'password' && method === 'password') judge(context.password)
      else if (context.method === 'keyboard-interactive' && method === context.method)
        context.prompt([{ prompt: question, echo: false }], ([answer]) => judge(answer))
      else context.reject([method])
    },
  })
  servers.push(server)
  return server
}

function answering(...answers: (string | undefined)[]): Ask {
  return async (question) => {
    asked.push(question)
    return answers.shift()
  }
}

const logIn = ({ spec }: SshServer, ask?: Ask): Promise<string> =>
  logInTo(
    { ...spec, user: 'deploy', transport: 'openssh' },
    { identityFile, connectTimeout: '30s' },
    { ...(ask && { ask }) },
  )

describe.each(['password', 'keyboard-interactive'] as const)('by ssh, a password, by %s,', (method) => {
  test('is asked for as by the other transport', async () => {
    const server = await serverOf(method)
    expect(await logIn(server, answering('no', 'sesame'))).toBe('in')
    expect(asked).toEqual([
      { text: 'password of deploy@web-1, and of deploy on other hosts', secret: true },
      { text: 'that one is wrong; password of deploy@web-1, and of deploy on other hosts', secret: true },
    ])
    expect(sent).toEqual(['no', 'sesame'])
  })

  test('that nobody gives fails the login, and none is sent', async () => {
    const server = await serverOf(method)
    const refusal = {
      code: 'E_HOST_AUTH',
      message: expect.stringMatching(
        /^web-1: deploy@127.0.0.1:\d+ refused to log in: .*, and nobody answered$/,
      ),
      hint: expect.stringContaining('start it on a terminal to be asked'),
    }
    await expect(logIn(server, answering())).rejects.toMatchObject(refusal)
    expect(asked).toHaveLength(1)
    await expect(logIn(server)).rejects.toMatchObject(refusal)
    await expect(logIn(server, () => Promise.reject(new Error('gone')))).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
    })
    expect(sent).toEqual([])
  })

  test('is given up after three wrong ones', async () => {
    const server = await serverOf(method)
    await expect(logIn(server, answering('a', 'b', 'c', 'd'))).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining('3 passwords'),
    })
    expect(sent).toEqual(['a', 'b', 'c'])
  })

  test('is asked for once for all hosts of a user', async () => {
    const hosts = await Promise.all([1, 2, 3].map(() => serverOf(method)))
    const transport = new OpenSshTransport({
      defaults: () => ({ config: false, user: 'deploy', identityFile, connectTimeout: '30s' }),
      ask: answering('no', 'sesame'),
    })
    const { signal } = new AbortController()
    const specs = hosts.map(({ spec }, index) => ({ ...spec, name: `web-${index + 1}` }))
    const connections = await Promise.all(specs.map((spec) => transport.connect(spec, signal)))
    expect(connections.every(({ open }) => open)).toBe(true)
    expect(asked).toHaveLength(2)
    await transport.close()
  })
})

test('another question of a host is put as it is, each time', async () => {
  const server = await serverOf('keyboard-interactive', 'Code of today: ')
  expect(await logIn(server, answering('no', 'sesame'))).toBe('in')
  expect(asked).toEqual(Array(2).fill({ text: 'deploy@web-1: Code of today', secret: true }))
})
