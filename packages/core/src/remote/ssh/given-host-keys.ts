import { fingerprint, typeOf } from './fingerprint.ts'
import { changedHint, hostKeyError } from './host-key-error.ts'
import type { HostKeyPolicy } from './host-key-policy.ts'
import type { Target } from './target.ts'

/** Of a host that says its keys itself, these are the only ones. */
export function givenKeys(target: Target, given: readonly string[]): HostKeyPolicy {
  const expected = given.map((text) => readGiven(target, text))
  return {
    types: expected.flatMap(({ type }) => type ?? []),
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
