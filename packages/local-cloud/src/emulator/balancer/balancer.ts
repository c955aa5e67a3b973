import type { Clock } from '../clock.ts'
import type {
  BalancerSpec,
  BalancerTarget,
  Listener,
  RequestCounts,
  Stickiness,
  TargetHealth,
} from '../hardware.ts'
import type { Surroundings } from './exchange.ts'
import { Front } from './front.ts'
import { parseProbe } from './health-check.ts'
import { Tally } from './tally.ts'
import { Target } from './target.ts'
import { TargetPool } from './target-pool.ts'

/** One classic load balancer: its listeners on one address, its targets and their health. */
export class Balancer {
  readonly address: string
  readonly #clock: Clock
  readonly #pool = new TargetPool()
  readonly #tally = new Tally()
  readonly #fronts = new Map<number, Front>()
  readonly #isUp: (id: string) => boolean
  #spec: BalancerSpec

  constructor(spec: BalancerSpec, address: string, clock: Clock, isUp: (id: string) => boolean = () => true) {
    assertSupported(spec)
    this.#spec = spec
    this.address = address
    this.#clock = clock
    this.#isUp = isUp
  }

  /** Opens the listeners; after a failure none is open. */
  async open(): Promise<void> {
    try {
      for (const listener of this.#spec.listeners) await this.#openFront(listener)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Listeners whose port needs privileges that this process lacks, and the ports used instead. */
  get ports(): Readonly<Record<number, number>> {
    return Object.fromEntries(
      [...this.#fronts]
        .filter(([wanted, { port }]) => port !== wanted)
        .map(([wanted, { port }]) => [wanted, port]),
    )
  }

  get counts(): RequestCounts {
    return this.#tally.counts
  }

  get health(): readonly TargetHealth[] {
    return this.#pool.all.map(({ health }) => health)
  }

  async configure(spec: BalancerSpec): Promise<void> {
    assertSupported(spec)
    const before = this.#spec
    // A listener that speaks another protocol is another listener.
    const kept = new Set(
      spec.listeners.filter((listener) =>
        before.listeners.some((old) => old.port === listener.port && old.protocol === listener.protocol),
      ),
    )
    const keptPorts = [...kept].map(({ port }) => port)
    for (const port of [...this.#fronts.keys()]) if (!keptPorts.includes(port)) await this.#closeFront(port)
    this.#spec = spec
    for (const listener of spec.listeners) {
      if (kept.has(listener)) this.#fronts.get(listener.port)?.renew(listener)
      else await this.#openFront(listener)
    }
    if (JSON.stringify(before.healthCheck) !== JSON.stringify(spec.healthCheck)) {
      for (const target of this.#pool.all)
        if (target.health.state !== 'draining') target.watch(spec.healthCheck)
    }
  }

  register(targets: readonly BalancerTarget[]): void {
    for (const { id, address } of targets) {
      const known = this.#pool.get(id)
      if (known && known.address === address && known.health.state !== 'draining') continue
      const target = known?.address === address ? known : new Target({ id, address }, this.#clock)
      if (known && known !== target) known.close()
      this.#pool.add(target)
      target.watch(this.#spec.healthCheck)
    }
  }

  deregister(ids: readonly string[]): void {
    for (const id of ids) {
      const target = this.#pool.get(id)
      if (!target || target.health.state === 'draining') continue
      void target.drain(this.#spec.draining ?? 0).then((drained) => {
        if (drained) this.#pool.remove(target)
      })
    }
  }

  async close(): Promise<void> {
    for (const target of this.#pool.all) target.close()
    await Promise.all([...this.#fronts.keys()].map((port) => this.#closeFront(port)))
  }

  async #openFront(listener: Listener): Promise<void> {
    const { port } = listener
    this.#fronts.set(port, await Front.open(listener, this.address, () => this.#surroundings(port)))
  }

  async #closeFront(port: number): Promise<void> {
    const front = this.#fronts.get(port)
    this.#fronts.delete(port)
    await front?.close()
  }

  #surroundings(port: number): Surroundings {
    const listener = this.#spec.listeners.find((one) => one.port === port)
    if (!listener) throw new Error(`Balancer ${this.#spec.name} has no listener on port ${port}`)
    return {
      pool: this.#pool,
      tally: this.#tally,
      listener,
      idleTimeout: this.#clock.milliseconds(this.#spec.idleTimeout),
      stickiness: this.#scaled(listener.stickiness),
      isUp: this.#isUp,
    }
  }

  /** A browser counts in real seconds, and a cookie of 0 seconds is another kind. */
  #scaled(stickiness: Stickiness | undefined): Stickiness | undefined {
    if (stickiness === undefined || 'cookie' in stickiness || stickiness.seconds === 0) return stickiness
    return { seconds: Math.max(1, Math.round(this.#clock.milliseconds(stickiness.seconds) / 1000)) }
  }
}

function assertSupported({ name, listeners, healthCheck }: BalancerSpec): void {
  parseProbe(healthCheck.target)
  const bare = listeners.find(
    ({ protocol, identity }) => (protocol === 'HTTPS' || protocol === 'SSL') && identity === undefined,
  )
  if (bare)
    throw new Error(
      `Balancer ${name} has no certificate for its ${bare.protocol} listener on port ${bare.port}`,
    )
}
