const keysBlock = /-----BEGIN SSH HOST KEY KEYS-----([\s\S]*?)-----END SSH HOST KEY KEYS-----/g
const fingerprintsBlock =
  /-----BEGIN SSH HOST KEY FINGERPRINTS-----([\s\S]*?)-----END SSH HOST KEY FINGERPRINTS-----/g
const key = /\b(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) (AAAA[0-9A-Za-z+/=]+)/g
const fingerprint = /SHA256:[0-9A-Za-z+/]{43}/g

/**
 * The SSH host keys that cloud-init prints on an instance's console at first boot: the keys themselves, or their
 * SHA-256 fingerprints where it prints no more. Of several boots the last counts; an unfinished block is none.
 *
 * @example
 * ```ts
 * const shown = '-----BEGIN SSH HOST KEY KEYS----- … -----END SSH HOST KEY KEYS-----'
 * hostKeysIn(shown) // ['ssh-ed25519 AAAAC3Nz…', 'ecdsa-sha2-nistp256 AAAAE2Vj…']
 * ```
 */
export function hostKeysIn(text: string): string[] {
  const keys = lastBlock(text, keysBlock)
  const whole = [...keys.matchAll(key)].map(([, type, blob]) => `${type} ${blob}`)
  if (whole.length > 0) return whole
  return [...new Set(lastBlock(text, fingerprintsBlock).match(fingerprint) ?? [])]
}

const lastBlock = (text: string, block: RegExp): string => [...text.matchAll(block)].at(-1)?.[1] ?? ''
