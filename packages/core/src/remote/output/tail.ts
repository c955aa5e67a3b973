/** The last part of what comes in pieces, as bytes: of many hosts' long outputs, kept strings would be most of the memory. */
export class Tail {
  readonly #limit: number
  #bytes = Buffer.alloc(0)
  #length = 0
  #isCut = false

  /** @param limit bytes to keep */
  constructor(limit: number) {
    this.#limit = limit
  }

  get truncated(): boolean {
    return this.overflows(0)
  }

  /** All that is kept: all that came, unless it was truncated. */
  get held(): Buffer {
    return this.#bytes.subarray(Math.max(0, this.#length - this.#limit), this.#length)
  }

  /** True when it is not whole with so many bytes more. */
  overflows(size: number): boolean {
    return this.#isCut || this.#length + size > this.#limit
  }

  add(chunk: Buffer): void {
    const last = chunk.subarray(-this.#limit)
    this.#isCut ||= last.length < chunk.length
    if (this.#length + last.length > this.#bytes.length) this.#makeRoom(last.length)
    last.copy(this.#bytes, this.#length)
    this.#length += last.length
  }

  /** Decoded as UTF-8. */
  toString(): string {
    const kept = this.held
    // A cut through a character leaves its end in front.
    const first = this.truncated ? kept.findIndex((byte) => (byte & 0xc0) !== 0x80) : 0
    return first < 0 ? '' : kept.toString('utf8', Math.min(first, 3))
  }

  // In twice the limit each byte is moved about once.
  #makeRoom(size: number): void {
    const from = Math.max(0, this.#length - this.#limit)
    this.#isCut ||= from > 0
    const before = this.#bytes
    const capacity = Math.min(2 * this.#limit, Math.max(2 * before.length, this.#length - from + size))
    if (capacity > before.length) this.#bytes = Buffer.allocUnsafe(capacity)
    this.#length = before.copy(this.#bytes, 0, from, this.#length)
  }
}
