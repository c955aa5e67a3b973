import { createHash } from 'node:crypto'

/** `SHA256:…`, as ssh-keygen and an instance's console show it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** `ssh-ed25519`, `ssh-rsa`…: what the key says of itself. */
export function typeOf(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')
}
