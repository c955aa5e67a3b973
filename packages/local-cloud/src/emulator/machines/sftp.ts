import { constants, type Stats } from 'node:fs'
import {
  chmod,
  chown,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  truncate,
  utimes,
} from 'node:fs/promises'
import { join, resolve } from 'node:path'
import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from 'ssh2'
import type { Layout } from './layout.ts'

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp
const longestRead = 256 * 1024
const entriesAtOnce = 128

type Opened = { readonly file: FileHandle; readonly append: boolean } | { readonly entries: FileEntry[] }

/** Serves SFTP on a machine: relative paths start at the home, and nothing outside the machine can be reached. */
export function serveSftp(sftp: SFTPWrapper, layout: Layout): void {
  const handles = new Handles()
  const place = (path: string): string => placed(path, layout)
  let turn = Promise.resolve()
  /**
   * Answers a request with what `work` does to `sftp`, or with the status of its failure; one at a time, since
   * OpenSSH's scp cuts a file short whose writes are acknowledged out of order.
   */
  const answer = (id: number, work: () => Promise<void>): void => {
    turn = turn.then(work).catch((error: unknown) => sftp.status(id, statusOf(error), messageOf(error)))
  }
  const ok = (id: number, work: () => Promise<unknown>): void =>
    answer(id, async () => {
      await work()
      sftp.status(id, STATUS_CODE.OK)
    })

  sftp.on('OPEN', (id, path, flags, { mode }) =>
    answer(id, async () => {
      const file = await open(place(path), openFlags(flags), mode === undefined ? 0o666 : mode & 0o7777)
      sftp.handle(id, handles.add({ file, append: (flags & OPEN_MODE.APPEND) !== 0 }))
    }),
  )
  sftp.on('READ', (id, handle, offset, length) =>
    answer(id, async () => {
      const buffer = Buffer.allocUnsafe(Math.min(length, longestRead))
      const { bytesRead } = await handles.file(handle).file.read(buffer, 0, buffer.length, offset)
      if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF)
      else sftp.data(id, buffer.subarray(0, bytesRead))
    }),
  )
  sftp.on('WRITE', (id, handle, offset, data) => {
    // The packet's buffer is used again as soon as this handler returns.
    const bytes = Buffer.from(data)
    ok(id, () => writeAll(handles.file(handle), bytes, offset))
  })
  sftp.on('CLOSE', (id, handle) => ok(id, () => handles.close(handle)))
  sftp.on('FSTAT', (id, handle) =>
    answer(id, async () => sftp.attrs(id, attributes(await handles.file(handle).file.stat()))),
  )
  sftp.on('STAT', (id, path) => answer(id, async () => sftp.attrs(id, attributes(await stat(place(path))))))
  sftp.on('LSTAT', (id, path) => answer(id, async () => sftp.attrs(id, attributes(await lstat(place(path))))))
  sftp.on('SETSTAT', (id, path, wanted) => ok(id, () => change(place(path), wanted)))
  sftp.on('FSETSTAT', (id, handle, wanted) => ok(id, () => changeOpen(handles.file(handle).file, wanted)))
  sftp.on('OPENDIR', (id, path) =>
    answer(id, async () => sftp.handle(id, handles.add({ entries: await entriesOf(place(path)) }))),
  )
  sftp.on('READDIR', (id, handle) =>
    answer(id, async () => {
      const batch = handles.directory(handle).splice(0, entriesAtOnce)
      if (batch.length === 0) sftp.status(id, STATUS_CODE.EOF)
      else sftp.name(id, batch)
    }),
  )
  sftp.on('REMOVE', (id, path) => ok(id, () => rm(place(path))))
  sftp.on('RMDIR', (id, path) => ok(id, () => rmdir(place(path))))
  sftp.on('MKDIR', (id, path, { mode }) =>
    ok(id, () => mkdir(place(path), mode === undefined ? {} : { mode: mode & 0o7777 })),
  )
  sftp.on('RENAME', (id, from, to) => ok(id, () => renameToNew(place(from), place(to))))
  sftp.on('READLINK', (id, path) =>
    answer(id, async () => sftp.name(id, [named(await readlink(place(path)), undefined)])),
  )
  sftp.on('SYMLINK', (id, link, target) => ok(id, () => symlink(target, place(link))))
  sftp.on('REALPATH', (id, path) => answer(id, async () => sftp.name(id, [named(place(path), undefined)])))
  sftp.on('EXTENDED', (id, name, data) => {
    if (name !== 'posix-rename@openssh.com') return sftp.status(id, STATUS_CODE.OP_UNSUPPORTED)
    const [from = '', to = ''] = strings(data)
    ok(id, () => rename(place(from), place(to)))
  })
  sftp.on('end', async () => {
    await turn
    await handles.closeAll()
    succeed(sftp)
    sftp.end()
  })
}

/** What ssh2's types leave out of its SFTP, which is a channel without the channel's `exit`. */
interface SftpChannel {
  readonly outgoing: { readonly id: number; readonly state: string }
  readonly _protocol: { exitStatus(channel: number, status: number): void }
}

/** Tells that the subsystem ended well, without which OpenSSH's scp fails. */
function succeed(sftp: SFTPWrapper): void {
  // The one way to the exit status of an SFTP channel: there is no public one.
  const { outgoing, _protocol } = sftp as SFTPWrapper & SftpChannel
  if (outgoing.state === 'open') _protocol.exitStatus(outgoing.id, 0)
}

class OutsideMachine extends Error {}

/** Where a client's path lies. Only words are looked at: links lead where the machine's user made them lead. */
function placed(path: string, { home, root }: Layout): string {
  const full = resolve(home, path)
  if (full === root || full.startsWith(`${root}/`)) return full
  throw new OutsideMachine(`Permission denied: ${path} is outside of the machine's disk; its home is ${home}`)
}

class Handles {
  readonly #opened = new Map<number, Opened>()
  #next = 0

  add(opened: Opened): Buffer {
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(this.#next)
    this.#opened.set(this.#next++, opened)
    return handle
  }

  file(handle: Buffer): Extract<Opened, { file: FileHandle }> {
    const opened = this.#get(handle)
    if ('file' in opened) return opened
    throw new Error('This handle is a directory')
  }

  directory(handle: Buffer): FileEntry[] {
    const opened = this.#get(handle)
    if ('entries' in opened) return opened.entries
    throw new Error('This handle is a file')
  }

  async close(handle: Buffer): Promise<void> {
    const opened = this.#get(handle)
    this.#opened.delete(handle.readUInt32BE())
    if ('file' in opened) await opened.file.close()
  }

  async closeAll(): Promise<void> {
    const opened = [...this.#opened.values()]
    this.#opened.clear()
    await Promise.all(opened.map((one) => ('file' in one ? one.file.close() : undefined)))
  }

  #get(handle: Buffer): Opened {
    const opened = handle.length === 4 ? this.#opened.get(handle.readUInt32BE()) : undefined
    if (!opened) throw new Error('No such handle')
    return opened
  }
}

function openFlags(flags: number): number {
  const has = (flag: number): boolean => (flags & flag) !== 0
  const access = has(OPEN_MODE.READ)
    ? has(OPEN_MODE.WRITE)
      ? constants.O_RDWR
      : constants.O_RDONLY
    : constants.O_WRONLY
  return (
    access |
    (has(OPEN_MODE.APPEND) ? constants.O_APPEND : 0) |
    (has(OPEN_MODE.CREAT) ? constants.O_CREAT : 0) |
    (has(OPEN_MODE.TRUNC) ? constants.O_TRUNC : 0) |
    (has(OPEN_MODE.EXCL) ? constants.O_EXCL : 0)
  )
}

async function writeAll(
  { file, append }: Extract<Opened, { file: FileHandle }>,
  bytes: Buffer,
  offset: number,
): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const position = append ? null : offset + written
    written += (await file.write(bytes, written, bytes.length - written, position)).bytesWritten
  }
}

async function change(
  path: string,
  { mode, uid, gid, size, atime, mtime }: Partial<Attributes>,
): Promise<void> {
  if (size !== undefined) await truncate(path, size)
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid)
  if (mode !== undefined) await chmod(path, mode & 0o7777)
  if (atime !== undefined && mtime !== undefined) await utimes(path, atime, mtime)
}

async function changeOpen(
  file: FileHandle,
  { mode, uid, gid, size, atime, mtime }: Partial<Attributes>,
): Promise<void> {
  if (size !== undefined) await file.truncate(size)
  if (uid !== undefined && gid !== undefined) await file.chown(uid, gid)
  if (mode !== undefined) await file.chmod(mode & 0o7777)
  if (atime !== undefined && mtime !== undefined) await file.utimes(atime, mtime)
}

async function renameToNew(from: string, to: string): Promise<void> {
  // SFTP's own rename never replaces a file; OpenSSH's extension is the one that does.
  const existing = await lstat(to).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (existing) throw new Error(`Failure: ${to} exists`)
  await rename(from, to)
}

async function entriesOf(directory: string): Promise<FileEntry[]> {
  const names = ['.', '..', ...(await readdir(directory))]
  return Promise.all(names.map(async (name) => named(name, await lstat(join(directory, name)))))
}

function named(filename: string, stats: Stats | undefined): FileEntry {
  if (!stats)
    return { filename, longname: filename, attrs: { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 } }
  return { filename, longname: longName(filename, stats), attrs: attributes(stats) }
}

function longName(filename: string, stats: Stats): string {
  const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-'
  const rights = [6, 3, 0].map((shift) =>
    ['r', 'w', 'x'].map((letter, bit) => ((stats.mode >> shift) & (4 >> bit) ? letter : '-')).join(''),
  )
  const date = stats.mtime.toDateString().slice(4, 10)
  const size = String(stats.size).padStart(8)
  return `${kind}${rights.join('')} ${stats.nlink} ${stats.uid} ${stats.gid} ${size} ${date} ${stats.mtime.getFullYear()} ${filename}`
}

function attributes({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats): Attributes {
  return { mode, uid, gid, size, atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) }
}

function strings(data: Buffer): readonly string[] {
  const found: string[] = []
  for (let at = 0; at + 4 <= data.length; ) {
    const length = data.readUInt32BE(at)
    found.push(data.toString('utf8', at + 4, at + 4 + length))
    at += 4 + length
  }
  return found
}

function statusOf(error: unknown): number {
  if (error instanceof OutsideMachine) return STATUS_CODE.PERMISSION_DENIED
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return STATUS_CODE.NO_SUCH_FILE
  return code === 'EACCES' || code === 'EPERM' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE
}

function messageOf(error: unknown): string {
  // Clients look for OpenSSH's own words.
  if (statusOf(error) === STATUS_CODE.NO_SUCH_FILE) return 'No such file'
  return error instanceof Error ? error.message : String(error)
}
