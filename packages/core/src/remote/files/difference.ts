import type { Exclusion } from './exclusion.ts'
import type { Listed, Listing } from './listing.ts'
import type { Tree, TreeEntry } from './tree.ts'

/** What has to travel to make the remote tree like the local one, and what has to go there. */
export interface Difference {
  /** Entries that the host does not have as they are, each with the directories that it stands in. */
  readonly changed: readonly TreeEntry[]
  /** Paths to remove before the changed ones come, with all that is in them; what a file or link takes the place of is not. */
  readonly gone: readonly string[]
  /** How many files and links the host has already. */
  readonly equal: number
  /** True when the host has something else, that stays. */
  readonly keeps: boolean
  /** True when a single rename or removal makes up for all of it: one file or link has changed, has come, or has gone. */
  readonly isSingle: boolean
  /** Why it cannot be made up for. */
  readonly obstacle?: Obstacle
}

export interface Obstacle {
  readonly path: string
  readonly what: string
  readonly hint: string
}

/** @param removes - whether what the local tree does not have is to go, unless it is excluded */
export function differenceOf(
  tree: Tree,
  digests: ReadonlyMap<string, string>,
  listing: Listing,
  excluded: Exclusion,
  removes: boolean,
): Difference {
  const gone = new Set<string>()
  const changed = new Set<string>()
  const unequal: Pick<Listed, 'kind'>[] = []
  const local = new Map(tree.entries.map((entry) => [entry.path, entry]))
  let equal = 0
  const isEqual = (entry: TreeEntry, there: Listed): boolean => {
    if (entry.kind !== there.kind || listing.foreign.has(entry.path)) return false
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
    unequal.push(entry)
    for (const path of lineOf(entry.path)) changed.add(path)
    const wasDirectory = there?.kind === 'directory'
    if (there !== undefined && wasDirectory !== (entry.kind === 'directory')) gone.add(entry.path)
  }
  const extra = [...listing.entries.keys()].filter((path) => !local.has(path))
  const kept = extra.filter((path) => !removes || excluded(path))
  const stays = new Set(kept.flatMap(lineOf))
  for (const path of extra) if (!stays.has(path)) gone.add(path)
  const topmost = [...gone].filter((path) => !lineOf(path).some((above) => above !== path && gone.has(above)))
  if (topmost.length > 0) changed.add('.')
  const entries = tree.entries.filter(({ path }) => changed.has(path))
  const each = [...unequal, ...topmost.flatMap((path) => listing.entries.get(path) ?? [])]
  const isSingle = each.length === 1 && each[0]?.kind !== 'directory'
  const difference = { changed: entries, gone: topmost, equal, keeps: kept.length > 0, isSingle }
  const isOurs = (path: string): boolean => local.has(path) || (removes && !excluded(path))
  const obstacle =
    topmost.filter((path) => stays.has(path)).map(keepsSomething)[0] ??
    listing.unreadable.filter(isOurs).map(cannotBeRead)[0] ??
    mountIn(difference, listing.mounts)
  return obstacle === undefined ? difference : { ...difference, obstacle }
}

const keepsSomething = (path: string): Obstacle => ({
  path,
  what: 'is a directory with something in it that stays, and no directory here',
  hint: 'exclude it, or move away on the host what is in it',
})

const cannotBeRead = (path: string): Obstacle => ({
  path,
  what: 'cannot be looked into: what is in it might be excluded',
  hint: 'exclude it, or use host.as() with a user who may read it',
})

// What is mounted goes along with the directory that it is mounted in, and no file is renamed from outside into it.
function mountIn({ changed, gone, keeps }: Difference, mounts: readonly string[]): Obstacle | undefined {
  const isTouched = (mount: string): boolean =>
    gone.some((path) => lineOf(mount).includes(path)) ||
    changed.some(({ path }) => path !== mount && lineOf(path).includes(mount))
  const path = mounts.includes('.') ? '.' : mounts.find((mount) => !keeps || isTouched(mount))
  if (path === undefined) return undefined
  const hint =
    path === '.' ? 'put what is inside of it' : 'exclude it, and put what is inside of it by itself'
  return {
    path,
    what: 'is where something is mounted: it can be exchanged neither as a whole nor in parts',
    hint,
  }
}

/** A path and the directories that it stands in, the top included. */
function lineOf(path: string): string[] {
  const line = ['.', path]
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) line.push(path.slice(0, at))
  return line
}
