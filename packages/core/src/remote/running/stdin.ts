import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ViridianError } from '../../error.ts'
import type { Input } from '../transport.ts'

/** What a command reads: text, bytes, a local file, or a stream of either. */
export type Stdin = string | Uint8Array | { readonly file: string } | AsyncIterable<string | Uint8Array>

export interface StdinContext {
  /** Where relative paths start. */
  readonly directory: string
  /** When aborted, no more of a stream is read. */
  readonly signal: AbortSignal
}

/**
 * Hands `use` the input of a command. Its size must be known beforehand (see `lifeline.ts`): a stream goes through a file
 * that has no name, so that nothing of it stays behind.
 */
export async function withInput<Value>(
  stdin: Stdin | undefined,
  { directory, signal }: StdinContext,
  use: (input?: Input) => Promise<Value>,
): Promise<Value> {
  if (stdin === undefined) return use()
  if (typeof stdin === 'string' || stdin instanceof Uint8Array) {
    const bytes = Buffer.from(stdin)
    return use({ size: bytes.length, chunks: () => [bytes] })
  }
  if ('file' in stdin) return withFile(resolve(directory, stdin.file), signal, use)
  return withSpool(stdin, signal, use)
}

async function withFile<Value>(
  file: string,
  signal: AbortSignal,
  use: (input: Input) => Promise<Value>,
): Promise<Value> {
  const handle = await open(file).catch((cause: unknown) => {
    const message = `cannot read ${file}: ${cause instanceof Error ? cause.message : cause}`
    const hint = 'paths are taken from the directory of the task file'
    throw new ViridianError('E_LOCAL_FILE', message, { hint, place: { file }, cause })
  })
  try {
    const found = await handle.stat()
    if (found.isFile()) return await use(inputFrom(handle, found.size))
    if (found.isDirectory()) {
      throw new ViridianError('E_LOCAL_FILE', `${file} is a directory, and cannot be read`, {
        hint: 'host.put sends directories',
        place: { file },
      })
    }
    // Pipes and devices do not say how much they hold.
    return await withSpool(createReadStream('', { fd: handle.fd, autoClose: false }), signal, use)
  } finally {
    await handle.close()
  }
}

async function withSpool<Value>(
  source: AsyncIterable<string | Uint8Array>,
  signal: AbortSignal,
  use: (input: Input) => Promise<Value>,
): Promise<Value> {
  const handle = await openNameless()
  try {
    await pipeline(Readable.from(source), createWriteStream('', { fd: handle.fd, autoClose: false }), {
      signal,
    })
    const { size } = await handle.stat()
    return await use(inputFrom(handle, size))
  } finally {
    await handle.close()
  }
}

async function openNameless(): Promise<FileHandle> {
  const place = await mkdtemp(join(tmpdir(), 'viridian-'))
  try {
    return await open(join(place, 'stdin'), 'wx+', 0o600)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

// From the start each time: a command may be tried again.
function inputFrom(handle: FileHandle, size: number): Input {
  return { size, chunks: () => chunksOf(handle, size) }
}

async function* chunksOf(handle: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < size; ) {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.allocUnsafe(64 * 1024), position })
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
