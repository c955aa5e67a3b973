/** A move, a branch or a task: what steps stand within. */
export interface Group {
  readonly key: string
  readonly title: string
}

/** The groups that no record tells of yet: the first step within one does, for whoever reads the journal. */
export class UntoldGroups {
  readonly #titles = new Map<string, string>()

  add({ key, title }: Group): void {
    this.#titles.set(key, title)
  }

  /** Those around a step, the outermost first; they are told then. */
  around(step: string): Group[] {
    const around = [...this.#titles].filter(([key]) => step.startsWith(`${key}/`))
    for (const [key] of around) this.#titles.delete(key)
    return around
      .map(([key, title]) => ({ key, title }))
      .sort((one, other) => one.key.length - other.key.length)
  }
}
