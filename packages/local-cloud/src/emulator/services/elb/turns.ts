/** Lets the changes of each thing be made one after the other. */
export class Turns {
  /** The last change under way of each thing. */
  readonly #turns = new Map<string, Promise<void>>()

  async take(name: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(work)
    // The next change must not fail because this one did; this one's caller hears of it.
    const settled = turn.catch(() => undefined)
    this.#turns.set(name, settled)
    await turn
  }
}
