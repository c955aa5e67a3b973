const [newline, enter, dot, tilde] = [0x0a, 0x0d, 0x2e, 0x7e]

/**
 * Looks for the way out among the keys of a shell, as OpenSSH has it: at the start of a line, `~.` leaves, and `~~` types
 * a tilde.
 */
export class Escape {
  #atStart = true
  #isHeld = false

  /** The keys to send; `left`: the person wants out, and what follows is not for the shell. */
  take(keys: Uint8Array): { readonly send: Buffer; readonly left: boolean } {
    const send: number[] = []
    for (const key of keys) {
      if (this.#isHeld) {
        this.#isHeld = false
        if (key === dot) return { send: Buffer.from(send), left: true }
        send.push(tilde)
        this.#atStart = false
        if (key === tilde) continue
      } else if (this.#atStart && key === tilde) {
        this.#isHeld = true
        continue
      }
      send.push(key)
      this.#atStart = key === enter || key === newline
    }
    return { send: Buffer.from(send), left: false }
  }
}
