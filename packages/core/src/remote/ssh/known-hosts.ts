import { readFile } from 'node:fs/promises'
import { ViridianError } from '../../error.ts'
import { type Matches, patternsOf } from '../ssh-config/pattern.ts'
import { typeOf } from './fingerprint.ts'
import { type HashedName, readHashedName } from './hashed-name.ts'

/** One line of a known_hosts file. */
export interface KnownHost {
  readonly marker?: 'revoked' | 'cert-authority'
  /** Patterns separated by commas, or one hashed name. */
  readonly names: string
  readonly type: string
  readonly key: Buffer
  readonly file: string
  readonly line: number
}

/** Reads known_hosts files; one that does not exist knows no hosts. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHosts> {
  const read = files.map(async (file) => parseKnownHosts(await knownHostsText(file), file))
  return new KnownHosts((await Promise.all(read)).flat())
}

/** Reads the lines of a known_hosts file. As OpenSSH does, it passes over what is no entry. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return linesOf(text).flatMap(({ words, line }) => entryOf(words, file, line) ?? [])
}

/** The numbers of the lines that are no entries, or whose key is not what they say: a host of theirs stays unknown. */
export const strayLines = (text: string): number[] =>
  linesOf(text).flatMap(({ words, line }) => {
    const entry = entryOf(words, '', line)
    return entry && isOfType(entry) ? [] : [line]
  })

/** Those that are to be entries, with their numbers. */
const linesOf = (text: string): { readonly words: readonly string[]; readonly line: number }[] =>
  text.split('\n').flatMap((content, index) => {
    const words = content.trim().split(/\s+/)
    return words[0] === '' || words[0]?.startsWith('#') ? [] : [{ words, line: index + 1 }]
  })

function entryOf(words: readonly string[], file: string, line: number): KnownHost | undefined {
  const isMarked = words[0]?.startsWith('@') === true
  const [names, type, key] = isMarked ? words.slice(1) : words
  if (names === undefined || type === undefined || key === undefined) return undefined
  const known = { names, type, key: Buffer.from(key, 'base64'), file, line }
  if (!isMarked) return known
  if (words[0] === '@revoked') return { ...known, marker: 'revoked' }
  return words[0] === '@cert-authority' ? { ...known, marker: 'cert-authority' } : undefined
}

const isOfType = ({ key, type }: KnownHost): boolean => key.length > 4 && typeOf(key) === type

/** Known hosts by their names. Plain names are looked up; only patterns and hashes are tried one after another. */
export class KnownHosts {
  readonly #byName = new Map<string, KnownHost[]>()
  readonly #patterns: { readonly entry: KnownHost; readonly matches: Matches }[] = []
  /** Hashed lines that no name has been found for yet: each holds only one. */
  #hashed: { readonly entry: KnownHost; readonly hash: HashedName }[] = []

  constructor(entries: Iterable<KnownHost>) {
    for (const entry of entries) this.add(entry)
  }

  add(entry: KnownHost): void {
    const names = entry.names.toLowerCase().split(',')
    if (entry.names.startsWith('|')) {
      const hash = readHashedName(entry.names)
      if (hash) this.#hashed.push({ entry, hash })
    } else if (names.some(isPattern)) this.#patterns.push({ entry, matches: patternsOf(names) })
    else for (const name of new Set(names)) this.#put(name, entry)
  }

  /**
   * The entries for a host: by `[host]:port`, and revocations and authorities by its name alone too. Without a port: by
   * that name and no other.
   */
  entriesFor(host: string, port?: number): KnownHost[] {
    if (isUsual(port)) return this.#named(host)
    return [...this.#named(`[${host}]:${port}`), ...this.#named(host).filter(({ marker }) => marker)]
  }

  /**
   * The keys that a host has by its name alone. As with OpenSSH they vouch for the same key at another port, and do not
   * speak against another key: what listens there may be another server.
   */
  standInsFor(host: string, port?: number): KnownHost[] {
    return isUsual(port) ? [] : this.#named(host).filter(({ marker }) => marker === undefined)
  }

  #named(host: string): KnownHost[] {
    const name = host.toLowerCase()
    const bytes = Buffer.from(name)
    const found = this.#hashed.filter(({ hash }) => hash.matches(bytes))
    for (const { entry } of found) this.#put(name, entry)
    if (found.length > 0) this.#hashed = this.#hashed.filter((each) => !found.includes(each))
    const matching = this.#patterns.filter(({ matches }) => matches(name)).map(({ entry }) => entry)
    return [...(this.#byName.get(name) ?? []), ...matching]
  }

  #put(name: string, entry: KnownHost): void {
    const present = this.#byName.get(name)
    if (present) present.push(entry)
    else this.#byName.set(name, [entry])
  }
}

const isUsual = (port: number | undefined): boolean => port === undefined || port === 22

const isPattern = (name: string): boolean => /[*?!]/.test(name)

/**
 * What a known_hosts file holds; one that does not exist holds nothing.
 *
 * @throws ViridianError `E_KNOWN_HOSTS`
 */
export async function knownHostsText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return ''
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ViridianError('E_KNOWN_HOSTS', `the known_hosts file ${file} cannot be read: ${why}`, {
      hint: 'see who may read it',
      place: { file },
      cause,
    })
  }
}
