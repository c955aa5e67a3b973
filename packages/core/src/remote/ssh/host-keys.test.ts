import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logIn } from '../testing/log-in.ts'
import { makeKey, OpenSsh } from '../testing/open-ssh.ts'
import { transportNames } from '../testing/transports.ts'
import type { SshDefaults } from '../transport.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-host-key-'))
let sshd: OpenSsh

beforeAll(async () => {
  sshd = await OpenSsh.start({ hostKeyTypes: ['ed25519', 'rsa', 'ecdsa'] })
})
afterAll(async () => {
  await sshd.stop()
  rmSync(place, { recursive: true })
})

describe.each(transportNames)('host keys by %s', (transport) => {
  const at = (): string => `[127.0.0.1]:${sshd.port}`
  const known = (...lines: string[]): SshDefaults => {
    const file = join(place, `known-${Math.random()}`)
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
    return { transport, knownHosts: [join(place, 'none'), file] }
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

  test.each(['no', 'off'])('a changed key is refused where StrictHostKeyChecking is %s too', async (said) => {
    const config = join(place, `checking-${transport}-${said}`)
    writeFileSync(config, `StrictHostKeyChecking ${said}\n`)
    const defaults = { ...known(`${at()} ${foreign()}`), config }
    const file = defaults.knownHosts?.[1]
    await expect(logIn(sshd.spec(), defaults)).rejects.toMatchObject({
      code: 'E_HOST_KEY_CHANGED',
      place: { host: 'web-1', file, line: 1 },
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
      ...(transport === 'ssh2' && {
        message: expect.stringContaining('host certificates are not supported'),
      }),
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

  test('another port of a known host may have a key of its own', async () => {
    const name = `127.0.0.1 ${foreign()}`
    await expect(logIn(sshd.spec(), known(name))).rejects.toMatchObject({ code: 'E_HOST_KEY_UNKNOWN' })
    for (const checking of ['accept-new', 'no']) {
      const config = join(place, `port-${transport}-${checking}`)
      writeFileSync(config, `StrictHostKeyChecking ${checking}\n`)
      const defaults = known(name)
      const knownHosts = [...(defaults.knownHosts ?? [])].reverse()
      expect(await logIn(sshd.spec(), { ...defaults, config, knownHosts })).toBe('in')
      expect(readFileSync(knownHosts[0] ?? '', 'utf8')).toBe(`${name}\n${at()} ${sshd.hostKey()}\n`)
    }
  })

  test('the name alone vouches for a key that its port does not contradict', async () => {
    const name = `127.0.0.1 ${sshd.hostKey()}`
    const dsa = `${at()} ssh-dss AAAAB3NzaC1kc3MAAACBAA==`
    expect(await logIn(sshd.spec(), known(dsa, name))).toBe('in')
    await expect(logIn(sshd.spec(), known(`${at()} ${foreign()}`, name))).rejects.toMatchObject({
      code: 'E_HOST_KEY_CHANGED',
    })
    await expect(logIn(sshd.spec(), known(name, `@revoked ${name}`))).rejects.toMatchObject({
      code: 'E_HOST_KEY_REVOKED',
    })
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
    await expect(logIn(sshd.spec({ hostKeys: ['aa:bb'] }), known())).rejects.toMatchObject({
      code: 'E_HOST_KEY_FORMAT',
    })
  })
})
