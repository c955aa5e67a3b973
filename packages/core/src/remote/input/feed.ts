import type { Writable } from 'node:stream'
import { ViridianError } from '../../error.ts'
import type { Input } from '../transport.ts'

// Larger ones are written in parts: what waits below the stream is seen between them.
const part = 64 * 1024

/**
 * Writes a command's input, at the pace of its reading; the stream stays open behind it, unless the input says that it ends.
 *
 * @param sent - pending while what the stream has taken waits elsewhere
 */
export async function feed(
  stream: Writable,
  { size, chunks, ends }: Input,
  closed: Promise<unknown>,
  sent: () => Promise<unknown> | undefined = () => undefined,
): Promise<void> {
  let left = size
  let isClosed = false
  void closed.then(() => {
    isClosed = true
  })
  for await (const chunk of size > 0 ? chunks() : []) {
    const own = chunk.subarray(0, left)
    left -= own.length
    for (let at = 0; at < own.length; at += part) {
      if (isClosed) return
      const taken = stream.write(own.subarray(at, at + part))
      const pending = taken ? sent() : drained(stream).then(sent)
      if (pending) await Promise.race([pending, closed])
    }
    if (left === 0) break
  }
  if (left === 0 && ends) stream.end()
  if (left > 0) {
    const message = `what a command was to read ended ${left} bytes short of its ${size} bytes`
    throw new ViridianError('E_COMMAND_INPUT', message, { hint: 'did the file change meanwhile?' })
  }
}

/** Pending for ever on a stream that fails: that the reader is gone, its end tells. */
const drained = (stream: Writable): Promise<unknown> =>
  new Promise((resolve) => stream.once('drain', resolve))
