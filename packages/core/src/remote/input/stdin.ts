import { open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { localFileError, onLocalFile } from '../local-file-error.ts'
import type { Input } from '../transport.ts'
import { chunksOf } from './spool.ts'
import { withStream } from './stream.ts'
import { isSized, withUnsized } from './unsized.ts'

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
  return withStream(stdin, signal, use)
}

async function withFile<Value>(
  file: string,
  signal: AbortSignal,
  use: (input: Input) => Promise<Value>,
): Promise<Value> {
  const found = await onLocalFile(file, 'read', () => stat(file))
  if (found.isDirectory())
    throw localFileError(file, `${file} is a directory, and cannot be read`, 'host.put sends directories')
  if (!isSized(found)) return withUnsized(file, found, signal, use)
  const handle = await onLocalFile(file, 'read', () => open(file))
  try {
    const { size } = await handle.stat()
    return await use({ size, chunks: () => chunksOf(handle, size) })
  } finally {
    await handle.close()
  }
}
