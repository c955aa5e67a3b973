import { hostKeyError } from '../ssh/host-key-error.ts'
import type { Target } from '../ssh/target.ts'

/** Keys that a host was given with, as `ssh` can compare them. */
export interface GivenKeys {
  /** Whole ones: lines of a known_hosts file, for any name. */
  readonly lines: readonly string[]
  /** Others, of which only the fingerprint is known. */
  readonly fingerprints: readonly string[]
  /** Where a fingerprint comes with its key's type, as `ssh-keygen -l` says it: what the host is asked for first. */
  readonly algorithms: readonly string[]
}

const keygenTypes: Readonly<Record<string, readonly string[]>> = {
  ED25519: ['ssh-ed25519'],
  ECDSA: ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  RSA: ['rsa-sha2-512', 'rsa-sha2-256'],
}

export function givenKeys(target: Target, texts: readonly string[]): GivenKeys {
  const keys = texts.map((text) => {
    const fingerprint = /SHA256:[A-Za-z0-9+/]{43}/.exec(text)?.[0]
    if (fingerprint !== undefined)
      return { fingerprint, algorithms: keygenTypes[/\((\w+)\)/.exec(text)?.[1] ?? ''] ?? [] }
    const line = /^\s*((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-\S+\s+[A-Za-z0-9+/=]+)(?:\s|$)/.exec(text)?.[1]
    if (line !== undefined) return { line: `* ${line}` }
    const hint = 'write it as SHA256:… or as ssh-ed25519 AAAA…'
    throw hostKeyError('E_HOST_KEY_FORMAT', target, `"${text}" is no host key of ${target.name}`, hint)
  })
  return {
    lines: keys.flatMap(({ line }) => line ?? []),
    fingerprints: keys.flatMap(({ fingerprint }) => fingerprint ?? []),
    algorithms: [...new Set(keys.flatMap(({ algorithms }) => algorithms ?? []))],
  }
}
