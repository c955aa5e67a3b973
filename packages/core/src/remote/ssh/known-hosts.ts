import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

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

export function defaultKnownHosts(): string[] {
  return [
    join(homedir(), '.ssh/known_hosts'),
    join(homedir(), '.ssh/known_hosts2'),
    '/etc/ssh/ssh_known_hosts',
  ]
}

/** Reads known_hosts files; one that does not exist knows no hosts. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHost[]> {
  const read = files.map(async (file) => parseKnownHosts(await textOf(file), file))
  return (await Promise.all(read)).flat()
}

/** Reads the lines of a known_hosts file. As OpenSSH does, it passes over what is no entry. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.trim().split(/\s+/)
    if (line.trim() === '' || words[0]?.startsWith('#')) return []
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined
    const [names, type, key] = words
    if (names === undefined || type === undefined || key === undefined) return []
    if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return []
    const known = { names, type, key: Buffer.from(key, 'base64'), file, line: index + 1 }
    if (marker === undefined) return [known]
    return [{ ...known, marker: marker === '@revoked' ? 'revoked' : 'cert-authority' } as const]
  })
}

/** The entries for a host: by `[host]:port`, and, where that gives no key, by its name alone, as OpenSSH does. */
export function entriesFor(known: readonly KnownHost[], host: string, port: number): KnownHost[] {
  const named = (name: string): KnownHost[] => known.filter((entry) => matches(entry.names, name))
  if (port === 22) return named(host)
  const exact = named(`[${host}]:${port}`)
  const byName = named(host)
  const keyed = exact.some((entry) => entry.marker === undefined)
  return keyed ? [...exact, ...byName.filter((entry) => entry.marker === 'revoked')] : [...exact, ...byName]
}

function matches(names: string, name: string): boolean {
  const lower = name.toLowerCase()
  if (names.startsWith('|')) return matchesHash(names, lower)
  const patterns = names.toLowerCase().split(',')
  const matching = patterns.filter((pattern) => wildcard(pattern.replace(/^!/, '')).test(lower))
  return matching.length > 0 && !matching.some((pattern) => pattern.startsWith('!'))
}

// |1|salt|HMAC-SHA1 of the name, both in base64.
function matchesHash(names: string, name: string): boolean {
  const [, version, salt, hash] = names.split('|')
  if (version !== '1' || salt === undefined || hash === undefined) return false
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}

function wildcard(pattern: string): RegExp {
  const source = pattern.replaceAll(/[^*?]+/g, (literal) => literal.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`)
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
