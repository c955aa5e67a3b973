import { ViridianError } from '../../error.ts'
import { fingerprint, typeOf } from './fingerprint.ts'
import type { KnownHost } from './known-hosts.ts'
import type { Target } from './target.ts'

export function revokedKey(
  target: Target,
  key: Buffer,
  entry: { file: string; line: number },
): ViridianError {
  const message = `${target.name} shows the ${typeOf(key)} key ${fingerprint(key)}, which ${placeOf(entry)} revokes`
  const hint = 'do not trust this host: someone else may hold its key'
  return hostKeyError('E_HOST_KEY_REVOKED', target, message, hint, entry)
}

export function changedKey(target: Target, key: Buffer, entry: KnownHost): ViridianError {
  const message = `${target.name} shows the ${typeOf(key)} key ${fingerprint(key)}, but ${placeOf(entry)} knows it by ${fingerprint(entry.key)}`
  return hostKeyError('E_HOST_KEY_CHANGED', target, message, changedHint, entry)
}

export const changedHint =
  'another machine may answer in its place; if it was rebuilt, compare the key with the one on its console and replace the old one'

export function unknownKey(target: Target, key: Buffer, entries: readonly KnownHost[]): ViridianError {
  const seen = fingerprint(key)
  const authority = entries.find(({ marker }) => marker === 'cert-authority')
  const isCertified = authority !== undefined && !entries.some(({ marker }) => marker === undefined)
  const message = `${shownKey(target, key)}${otherwiseKnown(entries)}`
  const hint = isCertified
    ? "give the host transport: 'openssh', which takes host certificates"
    : `compare it with the key on the host's console, then add it: log in once by ssh, or give the host hostKeys: ['${seen}']`
  return hostKeyError('E_HOST_KEY_UNKNOWN', target, message, hint)
}

/** What there is to say of a key that is not known. */
export function shownKey(target: Target, key: Buffer): string {
  const { name, address, port } = target
  return `${name} (${address}:${port}) is not in known_hosts; it shows the ${typeOf(key)} key ${fingerprint(key)}`
}

/** How else the host is known; empty: it is not. */
export function otherwiseKnown(entries: readonly KnownHost[]): string {
  const others = entries.filter(({ marker }) => marker === undefined)
  if (others[0] !== undefined)
    return `; it is known by a key of type ${others.map(({ type }) => type).join(', ')} (${placeOf(others[0])})`
  const authority = entries.find(({ marker }) => marker === 'cert-authority')
  return authority === undefined
    ? ''
    : `; ${placeOf(authority)} trusts a certificate authority for it, and host certificates are not supported`
}

function placeOf({ file, line }: { file: string; line: number }): string {
  return `${file}:${line}`
}

export function hostKeyError(
  code: string,
  target: Target,
  message: string,
  hint: string,
  entry?: { file: string; line: number },
): ViridianError {
  const place = { host: target.name, ...(entry && { file: entry.file, line: entry.line }) }
  return new ViridianError(code, message, { hint, place })
}
