interface Resource {
  readonly value: unknown
  dispose(): void | Promise<void>
}

/** What a run's steps share, made on first use and disposed of in reverse order. */
export class Resources {
  readonly #made = new Map<symbol, Resource>()

  get<Value>(key: symbol, make: () => Value, dispose?: (value: Value) => void | Promise<void>): Value {
    const known = this.#made.get(key)
    // A key is a module's own symbol, used with one type.
    if (known) return known.value as Value
    const value = make()
    this.#made.set(key, { value, dispose: () => dispose?.(value) })
    return value
  }

  async dispose(): Promise<void> {
    const made = [...this.#made.values()].reverse()
    this.#made.clear()
    for (const resource of made) await resource.dispose()
  }
}
