import type { BalancerTarget, TargetGroups } from '../../hardware/target-groups.ts'

/** What each proxy routes to: it is told of the differences alone. */
export class RoutedTargets {
  readonly #groups: TargetGroups
  readonly #present = new Map<string, ReadonlyMap<string, BalancerTarget>>()

  constructor(groups: TargetGroups) {
    this.#groups = groups
  }

  /** Makes a group of targets known that is open, with nothing in it yet. */
  begin(name: string): void {
    this.#present.set(name, new Map())
  }

  forget(name: string): void {
    this.#present.delete(name)
  }

  /** Makes the proxy route to these targets and to no others. */
  route(name: string, targets: readonly BalancerTarget[]): void {
    const present = this.#present.get(name)
    if (present === undefined) return
    const wanted = new Map(targets.map((target) => [`${target.id}:${target.port}`, target]))
    const gone = [...present].filter(([key]) => !wanted.has(key)).map(([, target]) => target)
    const added = [...wanted].filter(([key]) => !present.has(key)).map(([, target]) => target)
    this.#present.set(name, wanted)
    if (gone.length > 0) this.#groups.deregister(name, gone)
    if (added.length > 0) this.#groups.register(name, added)
  }
}
