import { createHash } from 'node:crypto'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { ViridianError } from '../../error.ts'
import { entriesFor, type KnownHost } from './known-hosts.ts'
import type { Target } from './target.ts'

/** Which key a host may show. */
export interface HostKeyPolicy {
  /** Those that the host is known by first: a server has several keys, and shows the first one asked for. */
  readonly algorithms: ServerHostKeyAlgorithm[]
  /** What is wrong with the key that the host shows; undefined when it is the host's own. */
  check(key: Buffer): ViridianError | undefined
}

const allAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** `SHA256:…`, as ssh-keygen and an instance's console show it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** `ssh-ed25519`, `ssh-rsa`…: what the key says of itself. */
export function typeOf(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')
}

export function hostKeyPolicy(target: Target, known: readonly KnownHost[]): HostKeyPolicy {
  return target.hostKeys ? givenKeys(target, target.hostKeys) : knownKeys(target, known)
}

function givenKeys(target: Target, given: readonly string[]): HostKeyPolicy {
  const expected = given.map((text) => readGiven(target, text))
  return {
    algorithms: ordered(expected.flatMap(({ type }) => type ?? [])),
    check: (key) => {
      const seen = fingerprint(key)
      if (expected.some((each) => each.fingerprint === seen)) return undefined
      const keys = expected.map((each) => each.fingerprint).join(', ')
      const message = `${target.name} shows the ${typeOf(key)} key ${seen}, which is none of the keys it is known by: ${keys}`
      return hostKeyError('E_HOST_KEY_CHANGED', target, message, changedHint)
    },
  }
}

// A fingerprint may come with its line from ssh-keygen: `256 SHA256:… root@web-1 (ED25519)`.
function readGiven(target: Target, text: string): { fingerprint: string; type?: string } {
  const hash = /SHA256:[A-Za-z0-9+/]{43}/.exec(text)?.[0]
  if (hash !== undefined) {
    const type = keygenTypes[/\((\w+)\)/.exec(text)?.[1] ?? '']
    return { fingerprint: hash, ...(type !== undefined && { type }) }
  }
  const [type, key] = text.trim().split(/\s+/)
  if (type !== undefined && key !== undefined && /^(?:ssh|ecdsa)-/.test(type)) {
    return { fingerprint: fingerprint(Buffer.from(key, 'base64')), type }
  }
  const hint = 'write it as SHA256:… or as ssh-ed25519 AAAA…'
  throw hostKeyError('E_HOST_KEY_FORMAT', target, `"${text}" is no host key of ${target.name}`, hint)
}

const keygenTypes: Readonly<Record<string, string>> = {
  ED25519: 'ssh-ed25519',
  ECDSA: 'ecdsa-sha2-nistp256',
  RSA: 'ssh-rsa',
}

function knownKeys(target: Target, known: readonly KnownHost[]): HostKeyPolicy {
  const entries = entriesFor(known, target.address, target.port)
  const keys = entries.filter(({ marker }) => marker === undefined)
  return {
    algorithms: ordered(keys.map(({ type }) => type)),
    check: (key) => {
      const same = entries.filter((entry) => entry.key.equals(key))
      const revoked = same.find(({ marker }) => marker === 'revoked')
      if (revoked) return revokedKey(target, key, revoked)
      if (same.some(({ marker }) => marker === undefined)) return undefined
      const other = keys.find(({ type }) => type === typeOf(key))
      return other ? changedKey(target, key, other) : unknownKey(target, key, entries)
    },
  }
}

function revokedKey(target: Target, key: Buffer, entry: KnownHost): ViridianError {
  const message = `${target.name} shows the ${typeOf(key)} key ${fingerprint(key)}, which ${placeOf(entry)} revokes`
  const hint = 'do not trust this host: someone else may hold its key'
  return hostKeyError('E_HOST_KEY_REVOKED', target, message, hint, entry)
}

function changedKey(target: Target, key: Buffer, entry: KnownHost): ViridianError {
  const message = `${target.name} shows the ${typeOf(key)} key ${fingerprint(key)}, but ${placeOf(entry)} knows it by ${fingerprint(entry.key)}`
  return hostKeyError('E_HOST_KEY_CHANGED', target, message, changedHint, entry)
}

const changedHint =
  'another machine may answer in its place; if it was rebuilt, compare the key with the one on its console and replace the old one'

function unknownKey(target: Target, key: Buffer, entries: readonly KnownHost[]): ViridianError {
  const seen = fingerprint(key)
  const authority = entries.find(({ marker }) => marker === 'cert-authority')
  const others = entries.filter(({ marker }) => marker === undefined)
  const but =
    others[0] !== undefined
      ? `; it is known by a key of type ${others.map(({ type }) => type).join(', ')} (${placeOf(others[0])})`
      : authority !== undefined
        ? `; ${placeOf(authority)} trusts a certificate authority for it, and host certificates are not supported`
        : ''
  const message = `${target.name} (${target.address}:${target.port}) is not in known_hosts; it shows the ${typeOf(key)} key ${seen}${but}`
  const hint = `compare it with the key on the host's console, then add it: log in once by ssh, or give the host hostKeys: ['${seen}']`
  return hostKeyError('E_HOST_KEY_UNKNOWN', target, message, hint)
}

function placeOf({ file, line }: KnownHost): string {
  return `${file}:${line}`
}

function hostKeyError(
  code: string,
  target: Target,
  message: string,
  hint: string,
  entry?: KnownHost,
): ViridianError {
  const place = { host: target.name, ...(entry && { file: entry.file, line: entry.line }) }
  return new ViridianError(code, message, { hint, place })
}

function ordered(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string): boolean =>
    types.includes(algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm)
  return [...allAlgorithms.filter(isKnown), ...allAlgorithms.filter((algorithm) => !isKnown(algorithm))]
}
