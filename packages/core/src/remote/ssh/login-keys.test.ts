import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { AuthenticationType } from 'ssh2'
import { describe, expect, test, vi } from 'vitest'
import { onLogins } from '../testing/on-logins.ts'
import { makeKey, OpenSsh } from '../testing/open-ssh.ts'

const at = onLogins()
const { place, identityFile, agent, endings, serverThat, answering, logIn } = at

describe('an encrypted key', () => {
  test('is asked for again when its passphrase is wrong, and then left out', async () => {
    const server = await OpenSsh.start()
    endings.push(() => server.stop())
    const file = join(place, 'ours')
    makeKey(file, 'rsa', 'words')
    server.admit(file)
    const spec = server.spec({ identityFile: file, hostKeys: [server.hostKey()], user: userInfo().username })
    expect(await logIn(spec, answering('word', 'words'))).toBe('in')
    expect(at.asked.map(({ text }) => text)).toEqual([
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
    expect(at.asked).toEqual([])
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
