import { ViridianError } from '../../error.ts'

// A listing of some hundred thousand files.
const longest = 64 * 1024 ** 2

/** What a command of a transfer says, as far as any host that is asked for files can have to say. */
export class Answer {
  readonly #host: string
  readonly #shown: string
  readonly #onBegun: (() => void) | undefined
  readonly #chunks: Buffer[] = []
  #size = 0

  constructor(host: string, shown: string, onBegun?: () => void) {
    this.#host = host
    this.#shown = shown
    this.#onBegun = onBegun
  }

  get whole(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  /** @throws ViridianError `E_REMOTE_FILE` when it has no end */
  take(chunk: Buffer): void {
    if (this.#size === 0 && chunk.length > 0) this.#onBegun?.()
    this.#size += chunk.length
    this.#chunks.push(chunk)
    if (this.#size > longest) throw endless(this.#host, this.#shown)
  }
}

const endless = (host: string, shown: string): ViridianError =>
  new ViridianError('E_REMOTE_FILE', `${host} answers "${shown}" with more than a list of files can be`, {
    hint: 'consider whether the host is to be trusted; a tree of more than 300,000 files goes in parts',
    place: { host },
  })
