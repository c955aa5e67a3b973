import { createReadStream } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Bytes that are kept until their size is known, and may then be read any number of times. */
export interface Spool {
  readonly size: number
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  dispose(): Promise<void>
}

const gathered = 256 * 1024

/**
 * Takes all of a stream: up to `limit` bytes of it in memory, more of it in a file that nobody else can read.
 */
export async function spool(
  source: AsyncIterable<string | Uint8Array> | Iterable<Uint8Array>,
  limit: number,
): Promise<Spool> {
  const held = new Held()
  let file: { readonly place: string; readonly handle: FileHandle } | undefined
  let size = 0
  try {
    for await (const chunk of source) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      size += bytes.length
      held.add(bytes)
      if (file === undefined && held.size <= limit) continue
      if (file !== undefined && held.size < gathered) continue
      file ??= await privateFile()
      for (const part of held.take()) await file.handle.appendFile(part)
    }
    if (file === undefined) {
      const chunks = held.take()
      return { size, chunks: () => chunks, dispose: async () => undefined }
    }
    for (const part of held.take()) await file.handle.appendFile(part)
    await file.handle.close()
  } catch (error) {
    await file?.handle.close().catch(() => undefined)
    if (file) await rm(file.place, { recursive: true, force: true })
    throw error
  }
  const { place } = file
  return {
    size,
    chunks: () => createReadStream(join(place, 'spool'), { highWaterMark: gathered }),
    dispose: () => rm(place, { recursive: true, force: true }),
  }
}

async function privateFile(): Promise<{ place: string; handle: FileHandle }> {
  const place = await mkdtemp(join(tmpdir(), 'viridian-'))
  return { place, handle: await open(join(place, 'spool'), 'wx', 0o600) }
}

/** Chunks put together to larger ones: many small writes cost more than the copying. */
class Held {
  size = 0
  #chunks: Uint8Array[] = []
  #small: Uint8Array[] = []
  #smallSize = 0

  add(chunk: Uint8Array): void {
    this.size += chunk.length
    if (chunk.length >= gathered) {
      this.#join()
      this.#chunks.push(chunk)
      return
    }
    this.#small.push(chunk)
    this.#smallSize += chunk.length
    if (this.#smallSize >= gathered) this.#join()
  }

  take(): Uint8Array[] {
    this.#join()
    const chunks = this.#chunks
    this.#chunks = []
    this.size = 0
    return chunks
  }

  #join(): void {
    if (this.#small.length === 0) return
    this.#chunks.push(Buffer.concat(this.#small))
    this.#small = []
    this.#smallSize = 0
  }
}
