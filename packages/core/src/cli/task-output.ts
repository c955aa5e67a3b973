import { isUtf8 } from 'node:buffer'
import type { Mask } from '../events/mask.ts'

type Done = (error?: Error | null) => void

/**
 * What a task writes to the process's own outputs, by `console` or itself, is masked while its run goes on. Gives back the
 * way out, which may be taken twice.
 */
export function takeTaskOutput(mask: Mask): () => void {
  const restore = [masked(process.stdout, mask), masked(process.stderr, mask)]
  return () => {
    for (const each of restore.splice(0)) each()
  }
}

function masked(stream: NodeJS.WriteStream, mask: Mask): () => void {
  const before = stream.write
  const write = before.bind(stream)
  const pieces = new MaskedPieces(mask)
  stream.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done) => {
    const shown = pieces.next(chunk)
    return typeof encoding === 'function' ? write(shown, encoding) : write(shown, encoding, done)
  }
  return () => {
    stream.write = before
    const rest = pieces.rest()
    if (rest !== '') write(rest)
  }
}

/** What comes in pieces, masked: an end that may be the beginning of a secret is shown with what follows it. */
class MaskedPieces {
  readonly #mask: Mask
  #held = ''

  constructor(mask: Mask) {
    this.#mask = mask
  }

  /** Bytes in which there is no secret stay as they are, whether they are a text or not. */
  next(piece: string | Uint8Array): string | Uint8Array {
    const isText = typeof piece === 'string' || isUtf8(piece)
    const before = this.#held
    const text = before + (typeof piece === 'string' ? piece : Buffer.from(piece).toString())
    const at = isText ? this.#mask.last(text) : text.length
    const whole = text.slice(0, at)
    this.#held = text.slice(at)
    const shown = this.#mask.text(whole)
    if (shown !== whole || this.#held !== '' || typeof piece === 'string') return shown
    return before === '' ? piece : Buffer.concat([Buffer.from(before), piece])
  }

  /** What is held where nothing follows. */
  rest(): string {
    return this.#mask.text(this.#held)
  }
}
