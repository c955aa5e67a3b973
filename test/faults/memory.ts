import type { Answer } from './gate.ts'

interface Known {
  readonly answer: Answer
  /** Since when it may be wrong: the first change behind it. */
  outdated: number | undefined
}

/** What reads were answered, for those who are to be told what was before a change. */
export class Memory {
  readonly #known = new Map<string, Known>()
  #before = new Map<string, Answer>()

  /** A read was answered. */
  read(text: string, answer: Answer): void {
    this.#known.set(text, { answer, outdated: undefined })
  }

  /** Something was changed. */
  changed(): void {
    this.#before = new Map([...this.#known].map(([text, { answer }]) => [text, answer]))
    for (const known of this.#known.values()) known.outdated ??= performance.now()
  }

  /** What was answered before the last change. */
  before(text: string): Answer | undefined {
    return this.#before.get(text)
  }

  /** What was right so many milliseconds ago, where it is known, and something was changed since. */
  late(text: string, ms: number): Answer | undefined {
    const { answer, outdated } = this.#known.get(text) ?? {}
    return outdated !== undefined && performance.now() - outdated < ms ? answer : undefined
  }
}
