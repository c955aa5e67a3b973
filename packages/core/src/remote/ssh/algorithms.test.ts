import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isViridianError } from '../../error.ts'
import { logIn } from '../testing/log-in.ts'
import { OpenSsh } from '../testing/open-ssh.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-algorithms-'))
const config = join(place, 'config')
afterAll(() => rmSync(place, { recursive: true }))

test.each([
  'KexAlgorithms diffie-hellman-group14-sha1',
  'HostKeyAlgorithms ssh-rsa',
  'Ciphers aes128-cbc',
  'MACs hmac-md5',
])('an old server of %s is reached by what the hint says', async (line) => {
  const ciphers = line.startsWith('MACs') ? ['Ciphers aes128-ctr'] : []
  const sshd = await OpenSsh.start({ config: [line, ...ciphers], hostKeyTypes: ['rsa'] })
  const defaults = { config, knownHosts: [sshd.knownHosts] }
  try {
    writeFileSync(config, '')
    const failure = await logIn(sshd.spec(), defaults).catch((error: unknown) => error)
    const [keyword = ''] = line.split(' ')
    if (!isViridianError(failure)) throw failure
    expect(failure.code).toBe('E_HOST_PROTOCOL')
    const [, said] = /^for an old server, write in ssh_config: ([^;]+)/.exec(failure.hint ?? '') ?? []
    writeFileSync(config, `${said}\n`)
    expect(await logIn(sshd.spec(), defaults)).toBe('in')
    writeFileSync(config, `${keyword} -none\n`)
    await expect(logIn(sshd.spec(), defaults)).rejects.toMatchObject({
      hint: expect.stringContaining(`see ${keyword} -none in ssh_config`),
    })
  } finally {
    await sshd.stop()
  }
})

test('a server of post-quantum key exchange alone is one for the other transport', async () => {
  const sshd = await OpenSsh.start({ config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] })
  try {
    const defaults = { config: false, knownHosts: [sshd.knownHosts] } as const
    await expect(logIn(sshd.spec(), defaults)).rejects.toMatchObject({
      code: 'E_HOST_PROTOCOL',
      hint: expect.stringContaining("give the host transport: 'openssh'"),
    })
    expect(await logIn(sshd.spec(), { ...defaults, transport: 'openssh' })).toBe('in')
  } finally {
    await sshd.stop()
  }
})
