import { createHash } from 'node:crypto'
import { relative, resolve } from 'node:path'
import { pipeline } from 'node:stream'
import { constants, createGzip, gzipSync } from 'node:zlib'
import { Arriving } from '../input/arriving.ts'
import { type Spool, spool } from '../input/spool.ts'
import type { Input } from '../transport.ts'
import { Claims } from './claims.ts'
import { contentOf, type SeenFile } from './content.ts'
import { type Exclusion, exclusionOf } from './exclusion.ts'
import { ownName } from './names.ts'
import type { PutOptions } from './options.ts'
import { Shared } from './shared.ts'
import { digestOf, readTree, type Tree, type TreeEntry } from './tree.ts'

// Hosts that begin within this time get the same look at a directory.
const freshMs = 1_000

const inMemory = 64 * 1024 * 1024

/** Part of a tree, packed. */
export interface Packing {
  readonly entries: readonly TreeEntry[]
  /** Lists that come before them, as files of these names: what is told to one host alone. */
  readonly before: Readonly<Record<string, readonly string[]>>
  readonly compress: boolean
}

/** A local file in one state of it. */
export interface FileVersion extends SeenFile {
  /** Tells this state from another. */
  readonly version: string
}

/** The local files that hosts are given in one run: what many of them want at once is read and packed once. */
export class LocalFiles {
  /** What the names begin with that archives have beside those of a tree, and no tree has of its own. */
  readonly own = ownName()
  /** Where relative paths start. */
  readonly directory: string
  /** Where this run and others are on record: no part of a tree. */
  readonly #state: string | undefined
  readonly claims = new Claims()
  readonly #trees = new Map<string, { users: number; readAt: number; tree: Promise<Tree> | undefined }>()
  readonly #archives = new Shared<Spool>((archive) => archive.dispose())
  readonly #contents = new Shared<Spool>((content) => content.dispose())
  readonly #digests = new Shared<string>()

  constructor(directory: string, state?: string) {
    this.directory = directory
    this.#state = state
  }

  resolve(path: string): string {
    return resolve(this.directory, path)
  }

  /** What of a directory stays out of it: what the globs name, and what is written while runs go on. */
  exclusion(directory: string, globs: readonly string[] = []): Exclusion {
    const named = exclusionOf(globs)
    const state = this.#state === undefined ? '' : relative(directory, this.#state)
    return (path) => named(path) || (state !== '' && (path === state || path.startsWith(`${state}/`)))
  }

  /** Hands on a directory as it is now. */
  async withTree<Value>(
    directory: string,
    { exclude = [], followLinks = false }: Pick<PutOptions, 'exclude' | 'followLinks'>,
    use: (tree: Tree) => Promise<Value>,
  ): Promise<Value> {
    const key = JSON.stringify([directory, exclude, followLinks])
    const read = () => readTree(directory, { excluded: this.exclusion(directory, exclude), followLinks })
    const shared = this.#trees.get(key) ?? { users: 0, readAt: 0, tree: undefined }
    this.#trees.set(key, shared)
    shared.users += 1
    try {
      const { tree: known } = shared
      const now = performance.now()
      if (known === undefined || now - shared.readAt > freshMs) {
        shared.readAt = now
        shared.tree = unlessKnown(read(), known)
      }
      return await use(await (shared.tree ?? read()))
    } finally {
      shared.users -= 1
      if (shared.users === 0 && this.#trees.get(key) === shared) this.#trees.delete(key)
    }
  }

  /** Hands on an archive: what is the same in it for many hosts at once is packed once. */
  async withArchive<Value>(
    tree: Tree,
    { entries, before, compress }: Packing,
    use: (archive: Input) => Promise<Value>,
  ): Promise<Value> {
    const { archiveOf, packedList } = await import('./archive.ts')
    const names = createHash('sha256').update(JSON.stringify(entries.map(({ path }) => path)))
    const key = JSON.stringify([tree.directory, tree.signature, names.digest('hex'), compress])
    const make = async (): Promise<Spool> => {
      const { size, chunks } = archiveOf(tree, entries, this.own)
      if (compress) return spool(compressed(chunks), inMemory)
      return size > inMemory ? spool(chunks, inMemory) : new Arriving(size, chunks)
    }
    const lists = Object.entries(before).map(([name, list]) => packedList(`${this.own}.${name}`, list))
    const first = compress ? gzipSync(Buffer.concat(lists)) : Buffer.concat(lists)
    return this.#archives.use(key, make, (archive) =>
      use({ size: first.length + archive.size, chunks: () => following(first, archive.chunks()) }),
    )
  }

  /** Hands on a file's content: for all who want it at once from one reading, unless it is large. */
  withContent<Value>(seen: FileVersion, use: (chunks: Spool['chunks']) => Promise<Value>): Promise<Value> {
    const { file, size, version } = seen
    const read = () => contentOf(seen)
    if (size > inMemory) return use(read)
    const make = async (): Promise<Spool> => new Arriving(size, read())
    return this.#contents.use(`${version} ${file}`, make, (content) => use(() => content.chunks()))
  }

  /** A file's SHA-256. */
  digest({ file, size, version }: FileVersion): Promise<string> {
    return this.#digests.use(
      `${version} ${file}`,
      () => digestOf(file, size),
      async (digest) => digest,
    )
  }
}

async function* following(first: Uint8Array, rest: ReturnType<Spool['chunks']>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}

async function unlessKnown(reading: Promise<Tree>, known: Promise<Tree> | undefined): Promise<Tree> {
  const tree = await reading
  const before = await known?.catch(() => undefined)
  return before?.signature === tree.signature ? before : tree
}

function compressed(archive: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // The fastest level: what it leaves out is little, and every host waits for it.
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 256 * 1024 })
  // Its failure reaches whoever reads from it.
  return pipeline(archive, gzip, () => undefined)
}
