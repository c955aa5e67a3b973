/** The last part of a text that comes in pieces. */
export class Tail {
  readonly #limit: number
  #pieces: string[] = []
  #length = 0
  #cut = false

  /** @param limit characters to keep */
  constructor(limit: number) {
    this.#limit = limit
  }

  get truncated(): boolean {
    return this.#cut || this.#length > this.#limit
  }

  add(text: string): void {
    this.#pieces.push(text)
    this.#length += text.length
    // Joined only now and then: each character is copied about once.
    if (this.#length > 2 * this.#limit) this.#compact()
  }

  toString(): string {
    this.#compact()
    return this.#pieces.join('')
  }

  #compact(): void {
    const text = this.#pieces.join('')
    this.#cut ||= text.length > this.#limit
    const kept = text.length > this.#limit ? text.slice(-this.#limit) : text
    // A cut through a surrogate pair leaves half a character in front.
    const whole = this.#cut ? kept.replace(/^[\uDC00-\uDFFF]/, '') : kept
    this.#pieces = [whole]
    this.#length = whole.length
  }
}
