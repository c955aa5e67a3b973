import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joined } from './joined.ts'

/** Bytes that are kept, and may be read any number of times. */
export interface Spool {
  readonly size: number
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  dispose(): Promise<void>
}

const readAtOnce = 256 * 1024

/**
 * Takes all of a stream, whose size is known then: up to `limit` bytes of it in memory, more of it in a file that has no
 * name, so that nobody else can read it and nothing of it stays behind.
 */
export async function spool(
  source: AsyncIterable<string | Uint8Array> | Iterable<Uint8Array>,
  limit: number,
): Promise<Spool> {
  const held: Uint8Array[] = []
  let file: FileHandle | undefined
  let size = 0
  try {
    for await (const chunk of joined(source)) {
      size += chunk.length
      held.push(chunk)
      if (size <= limit) continue
      file ??= await openNameless()
      for (const part of held.splice(0)) await file.appendFile(part)
    }
  } catch (error) {
    await file?.close()
    throw error
  }
  const whole = file
  if (whole === undefined) return { size, chunks: () => held, dispose: async () => undefined }
  return { size, chunks: () => chunksOf(whole, size), dispose: () => whole.close() }
}

/** The first `size` bytes of an open file, from its start each time. */
export async function* chunksOf(handle: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < size; ) {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.allocUnsafe(readAtOnce), position })
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

async function openNameless(): Promise<FileHandle> {
  const place = await mkdtemp(join(tmpdir(), 'viridian-'))
  try {
    return await open(join(place, 'spool'), 'wx+', 0o600)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
