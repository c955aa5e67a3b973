import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { ViridianError } from '../../error.ts'
import type { Ask } from '../terminal/prompt.ts'
import { typeOf } from './fingerprint.ts'
import { givenKeys } from './given-host-keys.ts'
import { changedKey, revokedKey, unknownKey } from './host-key-error.ts'
import type { HostKeyPolicy } from './host-key-policy.ts'
import type { HostTime } from './host-time.ts'
import { type KnownHosts, readKnownHosts } from './known-hosts.ts'
import { NewHostKeys } from './new-host-keys.ts'
import type { Target } from './target.ts'

/** Knows the keys of hosts: the files of known_hosts, each read once a run, and what is added to them. */
export class HostKeys {
  readonly #known = new Map<string, Promise<KnownHosts>>()
  readonly #revoked = new Map<string, Promise<ReadonlyMap<string, number>>>()
  readonly #new: NewHostKeys

  constructor(ask: Ask, note: (text: string) => void, learns: boolean) {
    this.#new = new NewHostKeys(ask, note, learns)
  }

  async policy(target: Target, time: HostTime): Promise<HostKeyPolicy> {
    if (target.hostKeys) return givenKeys(target, target.hostKeys)
    const { settings } = target
    if (settings.noHostAuthenticationForLocalhost && isLoopback(target)) return anyKey
    const known = await this.#read(target.knownHosts)
    const file = settings.revokedHostKeys
    const revoked = file === undefined ? undefined : await this.#revokedBy(target, file)
    const names = namesOf(target)
    const keys = known.entriesFor(...names).filter(({ marker }) => marker === undefined)
    const standIns = known.standInsFor(...names)
    return {
      types: (keys.length > 0 ? keys : standIns).map(({ type }) => type),
      check: (key) => {
        const line = revoked?.get(key.toString('base64'))
        if (file !== undefined && line !== undefined) return revokedKey(target, key, { file, line })
        const entries = known.entriesFor(...names)
        const same = entries.filter((entry) => entry.key.equals(key))
        const revocation = same.find(({ marker }) => marker === 'revoked')
        if (revocation) return revokedKey(target, key, revocation)
        if (same.some(({ marker }) => marker === undefined)) return undefined
        const type = typeOf(key)
        const other = entries.find((entry) => entry.marker === undefined && entry.type === type)
        if (other) return changedKey(target, key, other)
        if (standIns.some((entry) => entry.key.equals(key))) return undefined
        return settings.strictHostKeyChecking === 'yes'
          ? unknownKey(target, key, entries)
          : this.#new.meet({ target, key, known, names, time })
      },
    }
  }

  #read(files: readonly string[]): Promise<KnownHosts> {
    const name = files.join('\0')
    const read = this.#known.get(name) ?? readKnownHosts(files)
    this.#known.set(name, read)
    return read
  }

  #revokedBy(target: Target, file: string): Promise<ReadonlyMap<string, number>> {
    const read = this.#revoked.get(file) ?? readRevoked(target, file)
    this.#revoked.set(file, read)
    return read
  }
}

const anyKey: HostKeyPolicy = { types: [], check: () => undefined }

/** What the host is looked up by: an alias stands for the port too. */
function namesOf({ address, port, settings }: Target): [name: string, port?: number] {
  return settings.hostKeyAlias === undefined ? [address, port] : [settings.hostKeyAlias]
}

function isLoopback({ address, via }: Target): boolean {
  if (via !== undefined) return false
  return address === '::1' || address === 'localhost' || (isIP(address) === 4 && address.startsWith('127.'))
}

async function readRevoked(target: Target, file: string): Promise<ReadonlyMap<string, number>> {
  const refuse = (what: string, hint: string, cause?: unknown): ViridianError =>
    new ViridianError('E_HOST_KEY_REVOKED', `the file ${file} of revoked host keys ${what}`, {
      hint,
      place: { host: target.name, file },
      cause,
    })
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw refuse(
      'cannot be read, so that no host key can be trusted',
      'see RevokedHostKeys in ssh_config',
      cause,
    )
  })
  if (bytes.toString('latin1', 0, 6) === 'SSHKRL')
    throw refuse(
      'is a binary list, which ssh2 cannot read',
      "give the host transport: 'openssh', or list the keys as text",
    )
  const lines = bytes.toString('utf8').split('\n')
  const keys = lines.flatMap((line, index): [string, number][] => {
    const key = /(?:^|\s)(?:ssh|ecdsa|sk)-\S+\s+([A-Za-z0-9+/=]+)/.exec(line)?.[1]
    return key === undefined ? [] : [[key, index + 1]]
  })
  return new Map(keys)
}
