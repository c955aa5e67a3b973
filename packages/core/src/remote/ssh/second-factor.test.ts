import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { Ask } from '../terminal/prompt.ts'
import { onLogins } from '../testing/on-logins.ts'
import { makeKey, OpenSsh } from '../testing/open-ssh.ts'

const at = onLogins()
const { place, identityFile, agent, endings, codeServer, answering, logIn } = at

describe('a second factor', () => {
  const right = (): Ask => answering('rex', '123456')
  const seen = [
    { text: 'deploy@web-1: Second factor\nLook at your phone.\nName of your [2Jpet', secret: false },
    { text: 'deploy@web-1: Second factor\nLook at your phone.\nCode', secret: true },
  ]

  test('is asked for as the server has it, after a key of a file', async () => {
    const { spec } = await codeServer()
    expect(await logIn({ ...spec, identityFile }, right())).toBe('in')
    expect(at.asked).toEqual(seen)
  })

  test('is asked for after a key of an agent', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', agent.socket)
    agent.add(identityFile)
    const { spec } = await codeServer()
    expect(await logIn(spec, right())).toBe('in')
    expect(at.asked).toEqual(seen)
  })

  test('is asked for after an encrypted key', async () => {
    const file = join(place, 'locked')
    makeKey(file, 'ed25519', 'words')
    const { spec } = await codeServer()
    expect(await logIn({ ...spec, identityFile: file }, answering('words', 'rex', '123456'))).toBe('in')
    expect(at.asked).toEqual([{ text: `passphrase of ${file}`, secret: true }, ...seen])
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
