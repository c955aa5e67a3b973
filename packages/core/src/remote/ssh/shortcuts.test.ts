import { expect, test } from 'vitest'
import { logIn } from '../testing/log-in.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { until } from '../testing/until.ts'

test('a host is not made to prove keys that nobody asks about', async () => {
  const sshd = await OpenSsh.start({ hostKeyTypes: ['ed25519', 'rsa', 'ecdsa'], config: ['LogLevel DEBUG3'] })
  try {
    expect(await logIn(sshd.spec(), { knownHosts: [sshd.knownHosts] })).toBe('in')
    // Its last word: the goodbye has come, and so has what would have been asked before.
    await until(() => sshd.log.includes('Received disconnect'))
    expect(sshd.log).toContain('sent 3 hostkeys')
    expect(sshd.log).not.toContain('hostkeys-prove')
  } finally {
    await sshd.stop()
  }
})

test.each(['ed25519', 'rsa', 'ecdsa'])(
  'a host is not asked about a key at hand: %s',
  async (identityType) => {
    const sshd = await OpenSsh.start({ identityType, config: ['LogLevel DEBUG3'] })
    try {
      expect(await logIn(sshd.spec(), { knownHosts: [sshd.knownHosts] })).toBe('in')
      await until(() => sshd.log.includes('Received disconnect'))
      expect(sshd.log).toContain('Accepted publickey')
      expect(sshd.log).not.toContain('Postponed publickey')
    } finally {
      await sshd.stop()
    }
  },
)
