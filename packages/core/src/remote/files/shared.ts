/** Things that are made once for all who want them at the same time, and done away with when the last one has finished. */
export class Shared<Value> {
  readonly #things = new Map<string, { readonly value: Promise<Value>; users: number }>()
  readonly #dispose: (value: Value) => Promise<void>

  constructor(dispose: (value: Value) => Promise<void> = async () => undefined) {
    this.#dispose = dispose
  }

  async use<Result>(
    key: string,
    make: () => Promise<Value>,
    body: (value: Value) => Promise<Result>,
  ): Promise<Result> {
    const thing = this.#things.get(key) ?? { value: make(), users: 0 }
    this.#things.set(key, thing)
    thing.users += 1
    try {
      return await body(await thing.value)
    } finally {
      thing.users -= 1
      if (thing.users === 0) {
        this.#things.delete(key)
        await thing.value.then(this.#dispose, () => undefined)
      }
    }
  }
}
