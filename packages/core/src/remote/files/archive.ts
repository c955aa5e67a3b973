import { Header, Pax } from 'tar'
import { contentOf } from './content.ts'
import { modeLists } from './mode-lists.ts'
import { bytesOf, pathInList } from './names.ts'
import type { Tree, TreeEntry } from './tree.ts'

const block = 512
// Two empty blocks.
const end = Buffer.alloc(2 * block)

const types = { file: 'File', directory: 'Directory', link: 'SymbolicLink' } as const

/** A tar archive: its bytes can be read once. */
export interface Archive {
  readonly size: number
  readonly chunks: AsyncIterable<Buffer>
}

/**
 * Packs some entries of a tree, and before them the lists of their modes. Its directories can be written to.
 *
 * @param own - what its further names begin with; `last` is an empty file at the end: to tars, an archive that is cut off
 *   between two files is a whole one
 */
export function archiveOf(tree: Tree, entries: readonly TreeEntry[], own: string): Archive {
  const mark = packedList(`${own}.last`, [])
  const { directories, files } = modeLists(entries)
  const lists = Buffer.concat(
    [...directories, ...files].map(({ name, paths }) => packedList(`${own}.${name}`, paths.map(pathInList))),
  )
  const packed = entries.map((entry) => ({ header: headerOf(writable(entry)), entry }))
  const sizes = packed.map(({ header, entry }) => header.length + whole(entry.size))
  async function* chunks(): AsyncGenerator<Buffer> {
    yield lists
    for (const { header, entry } of packed) {
      yield header
      if (entry.kind !== 'file') continue
      yield* contentOf({ ...entry, file: tree.fileOf(entry) })
      yield padding(entry.size)
    }
    yield Buffer.concat([mark, end])
  }
  return {
    size: sizes.reduce((sum, size) => sum + size, lists.length + mark.length + end.length),
    chunks: chunks(),
  }
}

const writable = (entry: TreeEntry): TreeEntry =>
  entry.kind === 'directory' ? { ...entry, mode: entry.mode | 0o700 } : entry

/** A list as a file in an archive; the rest of an archive may come behind it. */
export function packedList(path: string, list: readonly string[]): Buffer {
  const content = bytesOf(list.join(''))
  const { length: size } = content
  const header = headerOf({ path, kind: 'file', mode: 0o600, size, mtime: new Date(0), target: '' })
  return Buffer.concat([header, content, padding(size)])
}

/** The header of an entry: for what does not fit into it (long names, sizes above 8 GiB), preceded by an extended one. */
export function headerOf({ path, kind, mode, size, mtime, target }: TreeEntry): Buffer {
  const data = {
    path: kind === 'directory' ? `./${path}/` : `./${path}`,
    type: types[kind],
    mode,
    size,
    mtime,
    uid: 0,
    gid: 0,
    ...(kind === 'link' && { linkpath: target }),
  }
  const header = new Header(data)
  const needsMore = header.encode()
  const own = header.block ?? Buffer.alloc(0)
  if (!needsMore && !isOdd(data.path) && !isOdd(target)) return own
  // Times are left to the header, which holds whole seconds: some tars do not know fractions.
  const { path: name, linkpath } = data
  const more = new Pax({ path: name, size, ...(linkpath !== undefined && { linkpath }) }).encode()
  return Buffer.concat([more, own])
}

// The old header has no encoding; tars take what is not ASCII as it is, or by their locale.
const isOdd = (name: string): boolean => /[^ -~]/.test(name)

/** A size in whole blocks. */
const whole = (size: number): number => Math.ceil(size / block) * block

const padding = (size: number): Buffer => Buffer.alloc(whole(size) - size)
