import { execFileSync } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Ask } from '../terminal/prompt.ts'
import { logIn as logInTo } from '../testing/log-in.ts'
import { makeKey, OpenSsh } from '../testing/open-ssh.ts'
import { fingerprint } from './fingerprint.ts'
import { SshTransport } from './transport.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-new-keys-'))
let sshd: OpenSsh
let notes: string[]
let asked: string[]
let directory: string
let file: string
let count = 0

beforeAll(async () => {
  sshd = await OpenSsh.start({ hostKeyTypes: ['ed25519', 'rsa'] })
})
afterAll(async () => {
  await sshd.stop()
  rmSync(place, { recursive: true })
})
beforeEach(() => {
  count += 1
  notes = []
  asked = []
  directory = join(place, `home-${count}`)
  file = join(directory, '.ssh/known_hosts')
})

const note = (text: string): void => void notes.push(text)
const seen = (): string => fingerprint(Buffer.from(sshd.hostKey().split(' ')[1] ?? '', 'base64'))
const at = (): string => `[127.0.0.1]:${sshd.port}`

function configOf(...lines: string[]): string {
  const config = join(place, `config-${count}`)
  writeFileSync(config, [`UserKnownHostsFile ${file}`, 'GlobalKnownHostsFile none', ...lines, ''].join('\n'))
  return config
}

function answering(...answers: (string | undefined)[]): Ask {
  return async ({ text, secret }) => {
    expect(secret).toBe(false)
    asked.push(text)
    return answers.shift()
  }
}

const logIn = (lines: string[], ask?: Ask): Promise<string> =>
  logInTo(sshd.spec(), { config: configOf(...lines) }, { note, ...(ask && { ask }) })

function know(...lines: string[]): void {
  mkdirSync(join(directory, '.ssh'), { recursive: true })
  writeFileSync(file, lines.join('\n'))
}

function foreignKey(): string {
  const key = join(place, `foreign-${count}`)
  makeKey(key, 'ed25519')
  return execFileSync('ssh-keygen', ['-yf', key], { encoding: 'utf8' }).trim()
}

describe('accept-new', () => {
  test('adds the key to the first file, makes that, and says so', async () => {
    expect(await logIn(['StrictHostKeyChecking accept-new'])).toBe('in')
    expect(readFileSync(file, 'utf8')).toBe(`${at()} ${sshd.hostKey()}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, '.ssh')).mode & 0o777).toBe(0o700)
    expect(notes).toEqual([`the ssh-ed25519 key ${seen()} of web-1 is now in ${file}`])
    expect(await logIn(['StrictHostKeyChecking yes'])).toBe('in')
    expect(notes).toHaveLength(1)
  })

  test('hashes the name where HashKnownHosts says so, as ssh-keygen reads it', async () => {
    know('other ssh-ed25519 AAAA')
    expect(await logIn(['StrictHostKeyChecking accept-new', 'HashKnownHosts yes'])).toBe('in')
    const [first, second, ...rest] = readFileSync(file, 'utf8').split('\n')
    expect([first, second?.slice(0, 3), rest]).toEqual(['other ssh-ed25519 AAAA', '|1|', ['']])
    const found = execFileSync('ssh-keygen', ['-F', at(), '-f', file], { encoding: 'utf8' })
    expect(found).toContain('found: line 2')
    expect(await logIn(['StrictHostKeyChecking yes'])).toBe('in')
  })

  test('adds each of many hosts once, by whole lines', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `alias-${index % 20}`)
    const aliases = names.flatMap((name) => [`Host ${name}`, 'HostName 127.0.0.1', `HostKeyAlias ${name}`])
    const config = configOf('StrictHostKeyChecking accept-new', ...aliases)
    const transport = new SshTransport({ defaults: () => ({ config, connectTimeout: '20s' }), note })
    const { signal } = new AbortController()
    setMaxListeners(0, signal)
    const { port, identityFile } = sshd
    await Promise.all(names.map((name) => transport.connect({ name, port, identityFile }, signal)))
    await transport.close()
    const lines = readFileSync(file, 'utf8').trim().split('\n').sort()
    expect(lines).toEqual([...new Set(names)].map((name) => `${name} ${sshd.hostKey()}`).sort())
    expect(notes).toHaveLength(20)
  })

  test('refuses a changed key, with both fingerprints and the line', async () => {
    know(`${at()} ${foreignKey()}`)
    for (const checking of ['accept-new', 'no'])
      await expect(logIn([`StrictHostKeyChecking ${checking}`])).rejects.toMatchObject({
        code: 'E_HOST_KEY_CHANGED',
        message: expect.stringContaining(seen()),
        place: { file, line: 1 },
      })
  })

  test('refuses a host that a certificate authority vouches for', async () => {
    know(`@cert-authority ${at()} ${foreignKey()}`)
    await expect(logIn(['StrictHostKeyChecking accept-new'])).rejects.toMatchObject({
      code: 'E_HOST_KEY_UNKNOWN',
      hint: "give the host transport: 'openssh', which takes host certificates",
    })
  })

  test('goes on where the file cannot be written, and says so; not where it cannot be read', async () => {
    mkdirSync(file, { recursive: true })
    const unreadable = { code: 'E_KNOWN_HOSTS', place: { file } }
    await expect(logIn(['StrictHostKeyChecking accept-new'])).rejects.toMatchObject(unreadable)
    file = '/dev/null/known_hosts'
    expect(await logIn(['StrictHostKeyChecking accept-new'])).toBe('in')
    expect(notes).toEqual([
      expect.stringContaining('is trusted for this run, but cannot be added to /dev/null/'),
    ])
  })
})

describe('ask', () => {
  test.each(['yes', 'the fingerprint'])('adds the key of a person that says %s', async (said) => {
    expect(await logIn([], answering(said === 'yes' ? 'yes' : seen()))).toBe('in')
    expect(asked).toEqual([
      `web-1 (127.0.0.1:${sshd.port}) is not in known_hosts; it shows the ssh-ed25519 key ${seen()}. Is it the right one? [yes/no/fingerprint]`,
    ])
    expect(readFileSync(file, 'utf8')).toBe(`${at()} ${sshd.hostKey()}\n`)
  })

  test('takes nothing but yes, no, and the right fingerprint', async () => {
    const answers = answering('y', '', fingerprint(Buffer.from('other')), 'no')
    await expect(logIn([], answers)).rejects.toMatchObject({
      code: 'E_HOST_KEY_UNKNOWN',
      message: expect.stringContaining('was not trusted'),
    })
    expect(asked).toHaveLength(4)
    expect(existsSync(file)).toBe(false)
  })

  test.each([
    ['where there is nobody', []],
    ['in a batch', ['BatchMode yes']],
    ['where it may not be asked', ['StrictHostKeyChecking yes']],
  ])('refuses the host %s', async (_, lines) => {
    const ask = lines.length === 0 ? answering(undefined) : answering('yes')
    await expect(logIn(lines, ask)).rejects.toMatchObject({
      code: 'E_HOST_KEY_UNKNOWN',
      message: expect.stringContaining(seen()),
    })
    expect(existsSync(file)).toBe(false)
  })

  test('may take longer than a login', async () => {
    const slowly: Ask = async () => {
      await new Promise((resolve) => setTimeout(resolve, 600))
      return 'yes'
    }
    const spec = sshd.spec()
    const said = logInTo(
      spec,
      { config: configOf(), connectTimeout: 500 },
      { ask: slowly, timing: { readyTimeout: 400 } },
    )
    expect(await said).toBe('in')
  })
})

describe('other settings', () => {
  test('an alias stands for name and port', async () => {
    know(`fleet ${sshd.hostKey()}`)
    expect(await logIn(['HostKeyAlias fleet', 'StrictHostKeyChecking yes'])).toBe('in')
  })

  test('a list of revoked keys counts above all', async () => {
    know(`${at()} ${sshd.hostKey()}`)
    const revoked = join(place, 'revoked')
    writeFileSync(revoked, `# gone\n${sshd.hostKey()}\n`)
    await expect(logIn([`RevokedHostKeys ${revoked}`])).rejects.toMatchObject({
      code: 'E_HOST_KEY_REVOKED',
      place: { file: revoked, line: 2 },
    })
  })

  test('loopback may go unchecked', async () => {
    know(`${at()} ${foreignKey()}`)
    expect(await logIn(['NoHostAuthenticationForLocalhost yes'])).toBe('in')
  })

  test('algorithms are chosen as ssh_config has them', async () => {
    know(`${at()} ${sshd.hostKey('rsa')}`)
    expect(
      await logIn([
        'HostKeyAlgorithms rsa-sha2-*',
        'Ciphers aes256-ctr',
        'MACs hmac-sha2-512',
        'KexAlgorithms curve*',
      ]),
    ).toBe('in')
    await expect(logIn(['KexAlgorithms sntrup761x25519-sha512@openssh.com'])).rejects.toMatchObject({
      code: 'E_SSH_TRANSPORT',
      hint: expect.stringContaining("transport: 'openssh'"),
    })
  })
})
