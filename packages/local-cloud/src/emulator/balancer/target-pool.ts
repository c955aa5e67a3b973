import type { Target } from './target.ts'

/** The targets of a balancer, taken in turn. */
export class TargetPool {
  readonly #targets = new Map<string, Target>()
  #turn = 0

  get all(): readonly Target[] {
    return [...this.#targets.values()]
  }

  get(id: string): Target | undefined {
    return this.#targets.get(id)
  }

  add(target: Target): void {
    this.#targets.set(target.id, target)
  }

  /** Forgets a target, unless another has taken its id. */
  remove(target: Target): void {
    if (this.#targets.get(target.id) === target) this.#targets.delete(target.id)
  }

  /** The next target that serves and was not tried yet. */
  next(tried: ReadonlySet<Target>): Target | undefined {
    const serving = this.all.filter((target) => target.serves && !tried.has(target))
    return serving[this.#turn++ % serving.length]
  }
}
