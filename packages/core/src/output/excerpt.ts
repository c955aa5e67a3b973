import { createHash, type Hash } from 'node:crypto'
import { shortened } from '../shortened.ts'

type Stream = 'stdout' | 'stderr'

const kept = 10
const longest = 1000
const batch = 4096

/** What a host has said: its first and last lines, and a digest of all of them. */
export class Excerpt {
  #count = 0
  readonly #first: string[] = []
  #last: string[] = []
  readonly #digests: Partial<Record<Stream, Digest>> = {}

  add(stream: Stream, line: string): void {
    this.#count += 1
    this.#digests[stream] ??= new Digest()
    this.#digests[stream].add(line)
    if (this.#first.length < kept) {
      this.#first.push(copied(line))
      return
    }
    this.#last.push(line)
    if (this.#last.length > 2 * kept) this.#last = this.#last.slice(-kept)
  }

  /** The number of lines. */
  get count(): number {
    return this.#count
  }

  /** All lines when these are few, or else the first and the last of them, and what is missing. */
  get lines(): {
    readonly first: readonly string[]
    readonly missing: number
    readonly last: readonly string[]
  } {
    const last = this.#last.slice(-kept).map(copied)
    this.#last = last
    return { first: this.#first, missing: this.#count - this.#first.length - last.length, last }
  }

  /** Equal for hosts that have said the same, however their two outputs took turns. */
  get identity(): string {
    const { stdout, stderr } = this.#digests
    return `${stdout?.end() ?? ''} ${stderr?.end() ?? ''}`
  }
}

class Digest {
  readonly #hash: Hash = createHash('sha1')
  #pending = ''
  #ended: string | undefined

  add(line: string): void {
    this.#pending += `${line}\n`
    if (this.#pending.length > batch) this.#flush()
  }

  end(): string {
    this.#flush()
    this.#ended ??= this.#hash.digest('base64')
    return this.#ended
  }

  #flush(): void {
    if (this.#pending !== '') this.#hash.update(this.#pending)
    this.#pending = ''
  }
}

/** A line of its own: one cut out of a longer text would keep all of that in memory. */
const copied = (line: string): string => Buffer.from(shortened(line, longest)).toString()
