import { createPrivateKey, type KeyObject } from 'node:crypto'
import { fields } from '../ssh-fields.ts'

/** True for a private key in PKCS#8's form, as `openssl` and `ssh-keygen -m PKCS8` write it. */
export const isPkcs8 = (text: string): boolean => /^-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(text)

/**
 * The same key in a form that ssh2 reads, unencrypted.
 *
 * @throws Error of OpenSSL, or for a key of a type that SSH does not have
 */
export function rewritten(text: string, passphrase?: string): string {
  const key = createPrivateKey({ key: text, ...(passphrase !== undefined && { passphrase }) })
  const type = key.asymmetricKeyType
  if (type === 'rsa') return String(key.export({ type: 'pkcs1', format: 'pem' }))
  if (type === 'ec') return String(key.export({ type: 'sec1', format: 'pem' }))
  if (type === 'ed25519') return inOpenSshForm(key)
  throw new Error(`SSH has no keys of the type ${type}`)
}

function inOpenSshForm(key: KeyObject): string {
  const { d = '', x = '' } = key.export({ format: 'jwk' })
  const [secret, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]
  const publicKey = fields('ssh-ed25519', point)
  // Two equal numbers, by which a reader knows that it has decrypted it; at the end an empty comment.
  const pair = Buffer.concat([fields(0, 0), publicKey, fields(Buffer.concat([secret, point]), '')])
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7]).subarray(0, (8 - (pair.length % 8)) % 8)
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    fields('none', 'none', '', 1, publicKey, Buffer.concat([pair, padding])),
  ])
  const name = 'OPENSSH PRIVATE KEY'
  return `-----BEGIN ${name}-----\n${blob.toString('base64')}\n-----END ${name}-----\n`
}
