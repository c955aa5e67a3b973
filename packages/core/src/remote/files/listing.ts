import type { Exclusion } from './exclusion.ts'
import type { Tree, TreeEntry } from './tree.ts'

/** What a host says of one thing in a remote tree. */
export interface Listed {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  /** Permission bits; undefined: some that the local tree does not have. */
  readonly mode?: number
  readonly target?: string
}

/** A remote tree, by path; and the SHA-256 of its files, as far as the host could tell. */
export interface Listing {
  readonly entries: ReadonlyMap<string, Listed>
  readonly digests: ReadonlyMap<string, string>
}

const kinds = { d: 'directory', f: 'file', l: 'link', o: 'other' } as const

/** Reads the answer to `listTree`: records that end in NUL, an empty one, and then the lines of a digest program. */
export function parseListing(answer: Buffer): Listing {
  const entries = new Map<string, Listed>()
  let at = 0
  const next = (): string => {
    const end = answer.indexOf(0, at)
    const record = answer.toString('utf8', at, end < 0 ? answer.length : end)
    at = end < 0 ? answer.length : end + 1
    return record
  }
  for (let record = next(); record !== ''; record = next()) {
    const [, letter = 'o', mode = '', path = ''] = /^([dflo])([0-7]*) \.\/?(.*)$/s.exec(record) ?? []
    const kind = kinds[letter as keyof typeof kinds]
    // A target comes with a full stop behind it and its line's end, which shells would take away.
    const target = kind === 'link' ? { target: next().replace(/\n\.$/, '') } : {}
    entries.set(path === '' ? '.' : path, {
      kind,
      ...(mode !== '' && { mode: Number.parseInt(mode, 8) }),
      ...target,
    })
  }
  return { entries, digests: parseDigests(answer.toString('utf8', at)) }
}

function parseDigests(text: string): ReadonlyMap<string, string> {
  const digests = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, escaped, digest = '', name = ''] = /^(\\?)([0-9a-f]{64}) [ *]?\.\/(.*)$/s.exec(line) ?? []
    if (name !== '') digests.set(escaped ? unescaped(name) : name, digest)
  }
  return digests
}

const characters: Readonly<Record<string, string>> = { n: '\n', r: '\r' }

const unescaped = (name: string): string =>
  name.replaceAll(/\\(.)/g, (_, character: string) => characters[character] ?? character)

/** What has to travel to make the remote tree like the local one, and what has to go there. */
export interface Difference {
  /** Entries that the host does not have as they are, each with the directories that it stands in. */
  readonly changed: readonly TreeEntry[]
  /** Paths to remove before the changed ones come. */
  readonly gone: readonly string[]
  /** How many files and links the host has already. */
  readonly equal: number
  /** True when the host has something else, that stays. */
  readonly keeps: boolean
}

/** @param removes whether what the local tree does not have is to go, unless it is excluded */
export function differenceOf(
  tree: Tree,
  digests: ReadonlyMap<string, string>,
  listing: Listing,
  excluded: Exclusion,
  removes: boolean,
): Difference {
  const gone = new Set<string>()
  const changed = new Set<string>()
  const local = new Map(tree.entries.map((entry) => [entry.path, entry]))
  let equal = 0
  let keeps = false
  const isEqual = (entry: TreeEntry, there: Listed): boolean => {
    if (entry.kind !== there.kind) return false
    if (entry.kind === 'link') return entry.target === there.target
    if (entry.mode !== there.mode) return false
    const digest = listing.digests.get(entry.path)
    return entry.kind === 'directory' || (digest !== undefined && digest === digests.get(entry.path))
  }
  for (const entry of tree.entries) {
    const there = listing.entries.get(entry.path)
    if (there !== undefined && isEqual(entry, there)) {
      if (entry.kind !== 'directory') equal += 1
      continue
    }
    for (const path of lineOf(entry.path)) changed.add(path)
    const merges = entry.kind === 'directory' && there?.kind === 'directory'
    if (there !== undefined && !merges) gone.add(entry.path)
  }
  const extra = [...listing.entries.keys()].filter((path) => !local.has(path))
  const stays = new Set<string>()
  for (const path of extra) {
    if (removes && !excluded(path)) continue
    // What becomes a file here cannot hold anything any more.
    if (lineOf(path).some((above) => gone.has(above))) continue
    keeps = true
    for (const above of lineOf(path)) stays.add(above)
  }
  for (const path of extra) if (!stays.has(path)) gone.add(path)
  // A directory that is made on the way to what has changed would have no mode; the top is always made.
  if (gone.size > 0) changed.add('.')
  const topmost = [...gone].filter((path) => !lineOf(path).some((above) => above !== path && gone.has(above)))
  return { changed: tree.entries.filter(({ path }) => changed.has(path)), gone: topmost, equal, keeps }
}

/** A path and the directories that it stands in, the top included. */
function lineOf(path: string): string[] {
  const line = ['.', path]
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) line.push(path.slice(0, at))
  return line
}
