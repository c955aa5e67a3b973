import { randomBytes } from 'node:crypto'
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import { mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { create } from 'tar'
import { ViridianError } from '../error.ts'
import { type StoredFile, storeDirectory, storeFile } from './file-commands.ts'
import type { Input } from './transport.ts'

/** A command that stores its input. */
export interface Upload {
  readonly command: string
  readonly input: Input
}

/** A file or directory for a remote path; a path that ends in `/` gets the local name. */
export async function withUpload<Value>(
  local: string,
  remote: string,
  send: (upload: Upload) => Promise<Value>,
): Promise<Value> {
  const path = remote.endsWith('/') ? `${remote}${basename(local)}` : remote
  const found = await statOf(local)
  if (found.isDirectory()) return withArchive(local, (archive) => directoryUpload(archive, path).then(send))
  return send(fileUpload({ path, size: found.size, mode: found.mode & 0o777 }, () => createReadStream(local)))
}

export function contentUpload(path: string, content: string | Uint8Array, mode: number): Upload {
  const bytes = Buffer.from(content)
  return fileUpload({ path, size: bytes.length, mode }, () => [bytes])
}

function fileUpload(file: Omit<StoredFile, 'token'>, chunks: Input['chunks']): Upload {
  return { command: storeFile({ ...file, token: token() }), input: { size: file.size, chunks } }
}

async function directoryUpload(archive: string, path: string): Promise<Upload> {
  const { size } = await stat(archive)
  const command = storeDirectory({ path: path.replace(/\/+$/, ''), token: token() })
  return { command, input: { size, chunks: () => createReadStream(archive) } }
}

// The archive's size must be known before its first byte is sent.
async function withArchive<Value>(
  directory: string,
  use: (archive: string) => Promise<Value>,
): Promise<Value> {
  const place = await mkdtemp(join(tmpdir(), 'viridian-'))
  try {
    const file = join(place, 'upload.tar')
    await create({ file, cwd: directory }, ['.'])
    return await use(file)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** Writes what is downloaded to a file beside `local`, and gives it its name when all of it has come. */
export async function withDownload<Value>(
  local: string,
  receive: (onBytes: (chunk: Buffer) => void) => Promise<Value>,
): Promise<Value> {
  const part = `${local}.${token()}`
  const file = openSync(part, 'w')
  try {
    // Written at once, so that a slow disk slows the transfer down instead of filling memory.
    const value = await receive((chunk) => void writeSync(file, chunk))
    await rename(part, local)
    return value
  } catch (error) {
    await rm(part, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

function token(): string {
  return `viridian-${randomBytes(6).toString('hex')}`
}

async function statOf(local: string) {
  try {
    return await stat(local)
  } catch (cause) {
    throw new ViridianError(
      'E_LOCAL_FILE',
      `cannot upload ${local}: ${cause instanceof Error ? cause.message : cause}`,
      {
        hint: 'paths are taken from the directory of the task file',
        place: { file: local },
        cause,
      },
    )
  }
}
