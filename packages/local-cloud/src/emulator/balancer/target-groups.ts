import type { Clock } from '../clock.ts'
import type {
  BalancerTarget,
  TargetGroupSpec,
  TargetGroups,
  TargetHealth,
} from '../hardware/target-groups.ts'
import { TargetGroup } from './target-group.ts'

/** The target groups of a cloud. */
export class OpenTargetGroups implements TargetGroups {
  readonly #clock: Clock
  readonly #groups = new Map<string, TargetGroup>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  find(name: string): TargetGroup | undefined {
    return this.#groups.get(name)
  }

  open(spec: TargetGroupSpec): void {
    if (this.#groups.has(spec.name)) throw new Error(`There is a target group ${spec.name} already`)
    this.#groups.set(spec.name, new TargetGroup(spec, this.#clock))
  }

  configure(spec: TargetGroupSpec): void {
    this.#known(spec.name).configure(spec)
  }

  register(name: string, targets: readonly BalancerTarget[]): void {
    this.#known(name).register(targets)
  }

  deregister(name: string, targets: readonly Pick<BalancerTarget, 'id' | 'port'>[]): void {
    this.#known(name).deregister(targets)
  }

  health(name: string): readonly TargetHealth[] {
    return this.#known(name).health
  }

  close(name: string): void {
    this.#groups.get(name)?.close()
    this.#groups.delete(name)
  }

  closeAll(): void {
    for (const name of [...this.#groups.keys()]) this.close(name)
  }

  #known(name: string): TargetGroup {
    const group = this.#groups.get(name)
    if (!group) throw new Error(`There is no target group ${name}`)
    return group
  }
}
