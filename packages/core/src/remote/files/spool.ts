import { createReadStream } from 'node:fs'
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
 * Takes all of a stream, whose size is known then: up to `limit` bytes of it in memory, more of it in a file that nobody
 * else can read.
 */
export async function spool(
  source: AsyncIterable<string | Uint8Array> | Iterable<Uint8Array>,
  limit: number,
): Promise<Spool> {
  const held: Uint8Array[] = []
  let file: { readonly place: string; readonly handle: FileHandle } | undefined
  let size = 0
  try {
    for await (const chunk of joined(source)) {
      size += chunk.length
      held.push(chunk)
      if (size <= limit) continue
      file ??= await privateFile()
      for (const part of held.splice(0)) await file.handle.appendFile(part)
    }
    await file?.handle.close()
  } catch (error) {
    await file?.handle.close().catch(() => undefined)
    if (file) await rm(file.place, { recursive: true, force: true })
    throw error
  }
  if (file === undefined) return { size, chunks: () => held, dispose: async () => undefined }
  const { place } = file
  return {
    size,
    chunks: () => createReadStream(join(place, 'spool'), { highWaterMark: readAtOnce }),
    dispose: () => rm(place, { recursive: true, force: true }),
  }
}

async function privateFile(): Promise<{ place: string; handle: FileHandle }> {
  const place = await mkdtemp(join(tmpdir(), 'viridian-'))
  return { place, handle: await open(join(place, 'spool'), 'wx', 0o600) }
}
