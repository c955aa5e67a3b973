import { expect, test } from 'vitest'
import { logIn } from '../testing/log-in.ts'
import { OpenSsh, type OpenSshOptions } from '../testing/open-ssh.ts'
import { until } from '../testing/until.ts'

/** What a server has to say of a login to it, from its beginning to its end. */
async function logOfLogin(options: OpenSshOptions): Promise<string> {
  const sshd = await OpenSsh.start({ ...options, config: ['LogLevel DEBUG3'] })
  try {
    expect(await logIn(sshd.spec(), { knownHosts: [sshd.knownHosts] })).toBe('in')
    // Its last word: the goodbye has come, and so has what would have been asked before.
    await until(() => sshd.log.includes('Received disconnect'))
    return sshd.log
  } finally {
    await sshd.stop()
  }
}

test('a host is not made to prove keys that nobody asks about', async () => {
  const log = await logOfLogin({ hostKeyTypes: ['ed25519', 'rsa', 'ecdsa'] })
  expect(log).toContain('sent 3 hostkeys')
  expect(log).not.toContain('hostkeys-prove')
})

test.each(['ed25519', 'rsa', 'ecdsa'])(
  'a host is not asked about a key at hand: %s',
  async (identityType) => {
    const log = await logOfLogin({ identityType })
    expect(log).toContain('Accepted publickey')
    expect(log).not.toContain('Postponed publickey')
  },
)
