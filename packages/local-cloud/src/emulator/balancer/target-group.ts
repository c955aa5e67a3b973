import type { Clock } from '../clock.ts'
import type { BalancerTarget, TargetGroupSpec, TargetHealth } from '../hardware/target-groups.ts'
import { parseProbe } from './health-check.ts'
import { keyOf, Target } from './target.ts'
import { TargetPool } from './target-pool.ts'

/** Targets that are checked in one way, and drain in one way. */
export class TargetGroup {
  readonly pool: TargetPool
  readonly #clock: Clock
  #spec: TargetGroupSpec

  constructor(spec: TargetGroupSpec, clock: Clock) {
    parseProbe(spec.healthCheck.target)
    this.pool = new TargetPool(spec.failsOpen)
    this.#spec = spec
    this.#clock = clock
  }

  get health(): readonly TargetHealth[] {
    return this.pool.all.map(({ health }) => health)
  }

  configure(spec: TargetGroupSpec): void {
    parseProbe(spec.healthCheck.target)
    const before = this.#spec
    this.#spec = spec
    if (JSON.stringify(before.healthCheck) === JSON.stringify(spec.healthCheck)) return
    for (const target of this.pool.all) if (!target.drains) target.watch(spec.healthCheck)
  }

  register(targets: readonly BalancerTarget[]): void {
    for (const asked of targets) {
      const known = this.pool.get(keyOf(asked))
      if (known && known.address === asked.address && !known.drains) continue
      const target = known?.address === asked.address ? known : new Target(asked, this.#clock)
      if (known && known !== target) known.close()
      this.pool.add(target)
      target.watch(this.#spec.healthCheck)
    }
  }

  deregister(targets: readonly Pick<BalancerTarget, 'id' | 'port'>[]): void {
    const { draining: seconds = 0, lingers, spares } = this.#spec
    for (const asked of targets) {
      const target = this.pool.get(keyOf(asked))
      if (!target || target.drains) continue
      void target.drain({ seconds, lingers, spares }).then((left) => {
        if (left) this.pool.remove(target)
      })
    }
  }

  close(): void {
    for (const target of this.pool.all) target.close()
  }
}
