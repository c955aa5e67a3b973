import { open } from 'node:fs/promises'
import { Header, Pax } from 'tar'
import { localFileError, onLocalFile } from './local-file-error.ts'
import type { Tree, TreeEntry } from './tree.ts'

const block = 512
const chunkSize = 256 * 1024

const types = { file: 'File', directory: 'Directory', link: 'SymbolicLink' } as const

/** A tar archive of some entries of a tree, and before them of what else is to travel, by name. */
export async function* archiveOf(
  tree: Tree,
  entries: readonly TreeEntry[],
  extras: Readonly<Record<string, Buffer>> = {},
): AsyncGenerator<Buffer> {
  for (const [path, content] of Object.entries(extras)) {
    const entry = {
      path,
      kind: 'file',
      mode: 0o600,
      size: content.length,
      mtime: new Date(0),
      target: '',
    } as const
    yield Buffer.concat([headerOf(entry), content, padding(content.length)])
  }
  for (const entry of entries) {
    yield headerOf(entry)
    if (entry.kind === 'file' && entry.size > 0) yield* contentOf(tree.fileOf(entry), entry.size)
  }
  // The end of an archive is two empty blocks.
  yield Buffer.alloc(2 * block)
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

async function* contentOf(file: string, size: number): AsyncGenerator<Buffer> {
  const handle = await onLocalFile(file, 'read', () => open(file))
  try {
    for (let left = size; left > 0; ) {
      const length = Math.min(left, chunkSize)
      const room = Buffer.allocUnsafe(length)
      const { bytesRead } = await onLocalFile(file, 'read', () => handle.read(room, 0, length))
      if (bytesRead === 0) {
        const what = `${file} became shorter while it was read`
        throw localFileError(file, what, 'put it once nothing writes to it any more')
      }
      left -= bytesRead
      yield room.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
  yield padding(size)
}

const padding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block)
