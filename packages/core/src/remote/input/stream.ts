import { addAbortSignal, PassThrough, pipeline } from 'node:stream'
import { ViridianError } from '../../error.ts'
import { timeLimited } from '../running/time-limit.ts'
import type { Input } from '../transport.ts'
import { type Spool, spool } from './spool.ts'

/** Bytes and texts, one after another, as far as they have come. */
export type Stream = AsyncIterable<string | Uint8Array>

// Bytes; more of it waits in a file.
const inMemory = 1024 * 1024

interface Taking {
  readonly spool: Promise<Spool>
  readonly stop: AbortController
  readonly users: Set<object>
}

const takings = new WeakMap<Stream, Taking>()
const taken = new WeakSet<Stream>()

// By which Node's streams, and those of the web, tell that something else has read from them.
const marks = ['readableDidRead', 'readableAborted', 'locked']

/**
 * Hands `use` all of a stream, whose size is known then. Hosts that are given one stream at the same time each get all
 * of it; when the last of them has finished with it, it is gone.
 *
 * @throws ViridianError `E_STREAM_TAKEN` when it has been read before
 */
export async function withStream<Value>(
  stream: Stream,
  signal: AbortSignal,
  use: (input: Input) => Promise<Value>,
): Promise<Value> {
  const taking = takings.get(stream) ?? take(stream)
  taking.users.add(use)
  try {
    const spooled = await timeLimited(
      undefined,
      signal,
      () => undefined,
      () => taking.spool,
    )
    return await use({ size: spooled.size, chunks: () => spooled.chunks() })
  } finally {
    taking.users.delete(use)
    if (taking.users.size === 0) letGo(stream, taking)
  }
}

/** Keeps what a stream holds that is in use, for whoever is given it later. */
export function keepStream(stream: Stream): void {
  takings.get(stream)?.users.add(stream)
}

function take(stream: Stream): Taking {
  if (taken.has(stream) || marks.some((mark) => Reflect.get(stream, mark) === true)) throw streamTaken()
  // Any other iterable begins anew each time.
  if ('next' in stream || marks.some((mark) => mark in stream)) taken.add(stream)
  const stop = new AbortController()
  // A stream that waits for ever cannot be stopped; what it flows into can.
  const stoppable = addAbortSignal(stop.signal, new PassThrough())
  pipeline(stream, stoppable, () => undefined)
  const taking = { spool: spool(stoppable, inMemory), stop, users: new Set<object>() }
  takings.set(stream, taking)
  return taking
}

function letGo(stream: Stream, { spool: spooling, stop }: Taking): void {
  takings.delete(stream)
  stop.abort()
  spooling.then((spooled) => spooled.dispose()).catch(() => undefined)
}

const streamTaken = (): ViridianError =>
  new ViridianError('E_STREAM_TAKEN', 'the stream has been read before: what it held is gone', {
    hint: 'make a stream for each use of it, or give what it holds: bytes, a text, or the path of a file',
  })
