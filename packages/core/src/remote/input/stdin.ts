import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { addAbortSignal, PassThrough, pipeline, Readable } from 'node:stream'
import { localFileError, onLocalFile } from '../local-file-error.ts'
import type { Input } from '../transport.ts'
import { chunksOf, withSpooled } from './spool.ts'

/** What a command reads: text, bytes, a local file, or a stream of either. */
export type Stdin = string | Uint8Array | { readonly file: string } | AsyncIterable<string | Uint8Array>

export interface StdinContext {
  /** Where relative paths start. */
  readonly directory: string
  /** When aborted, no more of a stream is read. */
  readonly signal: AbortSignal
}

/**
 * Hands `use` the input of a command. Its size must be known beforehand (see `lifeline.ts`): a stream is taken to
 * its end first.
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
  // A source that waits for ever cannot be stopped; what it flows into can.
  const stoppable = addAbortSignal(signal, new PassThrough())
  return withSpooled(
    pipeline(Readable.from(stdin), stoppable, () => undefined),
    use,
  )
}

async function withFile<Value>(
  file: string,
  signal: AbortSignal,
  use: (input: Input) => Promise<Value>,
): Promise<Value> {
  const handle = await onLocalFile(file, 'read', () => open(file))
  try {
    const found = await handle.stat()
    if (found.isFile()) return await use({ size: found.size, chunks: () => chunksOf(handle, found.size) })
    if (found.isDirectory())
      throw localFileError(file, `${file} is a directory, and cannot be read`, 'host.put sends directories')
    // Pipes and devices do not say how much they hold.
    const source = createReadStream('', { fd: handle.fd, autoClose: false, signal })
    return await withSpooled(source, use)
  } finally {
    await handle.close()
  }
}
