import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logIn as logInTo } from '../testing/log-in.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { rewritten } from './pkcs8.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-pkcs8-'))
let sshd: OpenSsh
let asked: string[]

beforeAll(async () => {
  sshd = await OpenSsh.start()
})
afterAll(async () => {
  await sshd.stop()
  rmSync(place, { recursive: true })
})

function logIn(file: string, ...answers: string[]): Promise<string> {
  asked = []
  return logInTo(
    sshd.spec({ identityFile: file }),
    { knownHosts: [sshd.knownHosts] },
    { ask: async ({ text }) => answers[asked.push(text) - 1] },
  )
}

const twice = (file: string): string[] => [
  `passphrase of ${file}`,
  `that one is wrong; passphrase of ${file}`,
]

test.each([
  ['rsa', '2048'],
  ['ecdsa', '256'],
  ['ecdsa', '384'],
  ['ecdsa', '521'],
])('a key of %s %s logs in as ssh-keygen writes it', async (type, bits) => {
  const file = join(place, `${type}-${bits}`)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-m', 'PKCS8', '-N', '', '-f', file])
  sshd.admit(file)
  rmSync(`${file}.pub`)
  expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/)
  expect(await logIn(file)).toBe('in')
  execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PKCS8', '-P', '', '-N', 'secret words', '-f', file])
  expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
  expect(await logIn(file, 'wrong', 'secret words')).toBe('in')
  expect(asked).toEqual(twice(file))
})

const form = { type: 'pkcs8', format: 'pem' } as const

/** Lets a key log in whose public half OpenSSH cannot derive everywhere. */
function admit(file: string, key: KeyObject): void {
  const parsed = ssh2.utils.parseKey(rewritten(String(key.export(form))))
  if (parsed instanceof Error) throw parsed
  writeFileSync(`${file}.pub`, `${parsed.type} ${parsed.getPublicSSH().toString('base64')}\n`)
  sshd.admit(file)
  rmSync(`${file}.pub`)
}

test.each([
  ['rsa', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['ec', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['ed25519', generateKeyPairSync('ed25519').privateKey],
])('a key of %s logs in as OpenSSL writes it', async (type, key) => {
  const file = join(place, `openssl-${type}`)
  admit(file, key)
  writeFileSync(file, String(key.export(form)))
  expect(await logIn(file)).toBe('in')
  // With what `openssl pkcs12` says of it.
  writeFileSync(
    file,
    `Bag Attributes\n    friendlyName: web\nKey Attributes: <No Attributes>\n${key.export(form)}`,
  )
  expect(await logIn(file)).toBe('in')
  const locked = { ...form, cipher: 'aes-256-cbc', passphrase: 'secret words' }
  writeFileSync(file, String(key.export(locked)))
  expect(await logIn(file, 'wrong', 'secret words')).toBe('in')
  expect(asked).toEqual(twice(file))
})

test('a key of ed25519 is rewritten as OpenSSH has it', () => {
  const file = join(place, 'rewritten')
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(file, rewritten(String(privateKey.export(form))), { mode: 0o600 })
  const line = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' })
  const { x = '' } = privateKey.export({ format: 'jwk' })
  expect(
    Buffer.from(line.split(' ')[1] ?? '', 'base64')
      .subarray(-32)
      .toString('base64url'),
  ).toBe(x)
})

test('a key that no passphrase unlocks here is told of, and asked about once', async () => {
  const file = join(place, 'old')
  const { privateKey } = generateKeyPairSync('ed25519')
  const text = String(privateKey.export({ ...form, cipher: 'des-ede3-cbc', passphrase: 'words' }))
  const der = Buffer.from(text.replaceAll(/-----.*-----/g, ''), 'base64')
  // The cipher's name ends in another number: RC4 in place of triple DES.
  const name = Buffer.from('2a864886f70d0307', 'hex')
  der[der.indexOf(name) + name.length - 1] = 4
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n')
  writeFileSync(
    file,
    `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${lines}\n-----END ENCRYPTED PRIVATE KEY-----\n`,
  )
  await expect(logIn(file, 'words', 'words')).rejects.toMatchObject({
    code: 'E_HOST_AUTH',
    message: expect.stringContaining(`${file}: OpenSSL no longer supports its encryption`),
  })
  expect(asked).toHaveLength(1)
})

test('a key of a type that SSH does not have is told of', async () => {
  const file = join(place, 'ed448')
  writeFileSync(file, String(generateKeyPairSync('ed448').privateKey.export(form)))
  await expect(logIn(file)).rejects.toMatchObject({
    code: 'E_IDENTITY_FILE',
    message: expect.stringContaining('SSH has no keys of the type ed448'),
  })
})

test("a key in PuTTY's form is told how to be converted", async () => {
  const file = join(place, 'web.ppk')
  writeFileSync(file, 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n')
  await expect(logIn(file)).rejects.toMatchObject({
    code: 'E_IDENTITY_FILE',
    message: expect.stringContaining(`puttygen ${file} -O private-openssh -o ${join(place, 'web')}.key`),
  })
})
