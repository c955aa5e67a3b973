import type { Target } from './target.ts'

/** The targets of a balancer, taken in turn. */
export class TargetPool {
  readonly #targets = new Map<string, Target>()
  readonly #failsOpen: boolean
  #turn = 0

  /** @param failsOpen whether all are asked when none is healthy */
  constructor(failsOpen = false) {
    this.#failsOpen = failsOpen
  }

  get all(): readonly Target[] {
    return [...this.#targets.values()]
  }

  get(key: string): Target | undefined {
    return this.#targets.get(key)
  }

  add(target: Target): void {
    this.#targets.set(target.key, target)
  }

  /** Forgets a target, unless another has taken its key. */
  remove(target: Target): void {
    if (this.#targets.get(target.key) === target) this.#targets.delete(target.key)
  }

  /** The next target that serves and was not tried yet. */
  next(tried: ReadonlySet<Target>): Target | undefined {
    const untried = this.#asked.filter((target) => !tried.has(target))
    return untried[this.#turn++ % untried.length]
  }

  get #asked(): readonly Target[] {
    const serving = this.all.filter((target) => target.serves)
    if (serving.length > 0 || !this.#failsOpen) return serving
    return this.all.filter((target) => !target.drains)
  }
}
