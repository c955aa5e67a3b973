import { createHash } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { lstat, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import pMap from 'p-map'
import { localFileError, onLocalFile } from '../local-file-error.ts'
import type { Exclusion } from './exclusion.ts'
import { isText, nameOf, shownName } from './names.ts'

// Bytes. A file that is no larger is read without a stream, which takes a third of the time.
const readAtOnce = 1024 * 1024

const leaveOut = 'leave it out: exclude'

/** One thing in a directory tree. */
export interface TreeEntry {
  /** From the top, without a leading slash; the top itself is `.`. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link'
  /** Permission bits. */
  readonly mode: number
  /** Bytes of a file. */
  readonly size: number
  readonly mtime: Date
  /** Where a link points. */
  readonly target: string
}

export interface TreeOptions {
  /** Tells what is left out. */
  readonly excluded: Exclusion
  readonly followLinks: boolean
}

/** A local directory as it was at one moment: directories before what they hold. */
export class Tree {
  readonly directory: string
  readonly entries: readonly TreeEntry[]
  /** Equal for two trees of one directory between which nothing has changed, as far as sizes and times can tell. */
  readonly signature: string
  #digests: Promise<ReadonlyMap<string, string>> | undefined

  constructor(directory: string, entries: readonly TreeEntry[], signature: string) {
    this.directory = directory
    this.entries = entries
    this.signature = signature
  }

  fileOf({ path }: Pick<TreeEntry, 'path'>): string {
    return join(this.directory, path)
  }

  /** The SHA-256 of each file, by path; read once. */
  digests(): Promise<ReadonlyMap<string, string>> {
    this.#digests ??= this.#read()
    return this.#digests
  }

  async #read(): Promise<ReadonlyMap<string, string>> {
    const files = this.entries.filter(({ kind }) => kind === 'file')
    const digest = async (entry: TreeEntry) =>
      [entry.path, await digestOf(this.fileOf(entry), entry.size)] as const
    return new Map(await pMap(files, digest, { concurrency: 8 }))
  }
}

/** The permission bits that entries of a kind have, in octal, each once. */
export const modesOf = (entries: readonly TreeEntry[], kind: TreeEntry['kind']): string[] => [
  ...new Set(entries.filter((entry) => entry.kind === kind).map(({ mode }) => mode.toString(8))),
]

/** The SHA-256 of a local file, in hex; `size` is about what it holds. */
export function digestOf(file: string, size: number): Promise<string> {
  return onLocalFile(file, 'read', async () => {
    const hash = createHash('sha256')
    if (size <= readAtOnce) return hash.update(await readFile(file)).digest('hex')
    for await (const chunk of createReadStream(file, { highWaterMark: readAtOnce })) hash.update(chunk)
    return hash.digest('hex')
  })
}

/** Reads what a directory holds. */
export async function readTree(directory: string, { excluded, followLinks }: TreeOptions): Promise<Tree> {
  const look = followLinks ? stat : lstat
  const entries: TreeEntry[] = []
  const signature = createHash('sha256')
  const add = async (path: string, found: Stats, above: readonly string[]): Promise<void> => {
    const kind = kindOf(found)
    const file = join(directory, path)
    if (kind === undefined) throw localFileError(file, `${file} is no file, directory or link`, leaveOut)
    const target = kind === 'link' ? nameOf(await readlink(file, { encoding: 'buffer' })) : ''
    if (!isText(target)) throw notText(file, `${file} points to ${shownName(target)}, which`)
    const { mtime, mtimeMs, ino, size } = found
    entries.push({ path, kind, mode: found.mode & 0o7777, size: kind === 'file' ? size : 0, mtime, target })
    signature.update(JSON.stringify([path, kind, found.mode, size, mtimeMs, ino, target]))
    if (kind === 'directory') await enter(path, above)
  }
  const enter = async (path: string, above: readonly string[]): Promise<void> => {
    const file = join(directory, path)
    const real = followLinks ? await realpath(file) : ''
    if (above.includes(real) && real !== '')
      throw localFileError(file, `${file} leads back to ${real}`, leaveOut)
    const inside = path === '.' ? '' : `${path}/`
    const names = await onLocalFile(file, 'read', () => readdir(file, { encoding: 'buffer' }))
    const paths = names.map((name) => `${inside}${nameOf(name)}`).sort()
    const wanted = paths.filter((each) => !excluded(each))
    const odd = wanted.find((each) => !isText(each))
    if (odd !== undefined) throw notText(file, `the name of ${shownName(join(directory, odd))}`)
    const found = await Promise.all(wanted.map((each) => lookAt(join(directory, each), look)))
    for (const [index, each] of wanted.entries()) {
      const stats = found[index]
      if (stats) await add(each, stats, [...above, real])
    }
  }
  await onLocalFile(directory, 'read', async () => add('.', await stat(directory), []))
  return new Tree(directory, entries, signature.digest('hex'))
}

async function lookAt(file: string, look: (file: string) => Promise<Stats>): Promise<Stats> {
  try {
    return await look(file)
  } catch (cause) {
    if (look === stat && (await lstat(file).catch(() => undefined))?.isSymbolicLink()) {
      const hint = 'leave it out: exclude; or send links as links'
      throw localFileError(
        file,
        `${file} points to what cannot be read: ${await readlink(file)}`,
        hint,
        cause,
      )
    }
    throw cause
  }
}

// tars differ in what they make of it.
const notText = (file: string, what: string): Error =>
  localFileError(file, `${what} is not UTF-8`, 'rename it, or leave it out: exclude')

function kindOf(found: Stats): TreeEntry['kind'] | undefined {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'directory'
  return found.isSymbolicLink() ? 'link' : undefined
}
