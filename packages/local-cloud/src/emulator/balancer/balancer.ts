import type { IncomingMessage } from 'node:http'
import { createServer, type Server } from 'node:net'
import type { Clock } from '../clock.ts'
import type {
  ConnectionCounts,
  RequestCounts,
  RuledBalancerSpec,
  RuledListener,
} from '../hardware/balancers.ts'
import type { Stickiness } from '../hardware/rules.ts'
import { listen } from '../machines/loopback.ts'
import { Front } from './front.ts'
import type { Routed, Routing } from './http-front.ts'
import type { Manner } from './manner.ts'
import { choose } from './routing.ts'
import { meets, rewrite } from './rule.ts'
import { Tally } from './tally.ts'
import type { TargetGroup } from './target-group.ts'
import { TargetPool } from './target-pool.ts'

/** What a balancer stands on. */
export interface BalancerParts {
  readonly clock: Clock
  readonly manner: Manner
  /** Whether a target's machine runs. */
  readonly isUp: (id: string) => boolean
  readonly groupOf: (name: string) => TargetGroup | undefined
}

/** One load balancer: its listeners on one address, and what they do with what comes. */
export class Balancer {
  readonly address: string
  readonly #parts: BalancerParts
  readonly #tally = new Tally()
  readonly #groupTallies = new Map<string, Tally>()
  readonly #fronts = new Map<number, Front>()
  /** Keeps the address from other clouds while there is no listener. */
  readonly #hold: Server = createServer((socket) => socket.destroy())
  #spec: RuledBalancerSpec
  #opened = 0

  constructor(spec: RuledBalancerSpec, address: string, parts: BalancerParts) {
    assertSupported(spec)
    this.#spec = spec
    this.address = address
    this.#parts = parts
  }

  /** Opens the listeners; after a failure none is open. */
  async open(): Promise<void> {
    try {
      await listen(this.#hold, this.address, holdPort)
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

  /** What was counted, of all or of what one group was given. */
  counts(group?: string): RequestCounts {
    return (group === undefined ? this.#tally : this.#tallyOf(group)).counts
  }

  get connections(): ConnectionCounts {
    const open = [...this.#fronts.values()].reduce((sum, front) => sum + front.open, 0)
    return { opened: this.#opened, open }
  }

  async configure(spec: RuledBalancerSpec): Promise<void> {
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
  }

  async close(): Promise<void> {
    await Promise.all([...this.#fronts.keys()].map((port) => this.#closeFront(port)))
    if (this.#hold.listening) await new Promise((resolve) => this.#hold.close(resolve))
  }

  async #openFront(listener: RuledListener): Promise<void> {
    const { port } = listener
    const routing: Routing = {
      upgrades: this.#parts.manner.upgrades,
      idleTimeout: () => this.#idleTimeout(port),
      route: (request) => this.#route(port, request),
      connected: () => void this.#opened++,
      otherIdentities: () => this.#listener(port)?.otherIdentities ?? [],
    }
    this.#fronts.set(port, await Front.open(listener, this.address, routing))
  }

  async #closeFront(port: number): Promise<void> {
    const front = this.#fronts.get(port)
    this.#fronts.delete(port)
    await front?.close()
  }

  #listener(port: number): RuledListener | undefined {
    return this.#spec.listeners.find((one) => one.port === port)
  }

  #idleTimeout(port: number): number {
    return this.#parts.clock.milliseconds(this.#listener(port)?.idleTimeout ?? this.#spec.idleTimeout)
  }

  #route(port: number, request: IncomingMessage | undefined): Routed {
    const listener = this.#listener(port)
    const rule = listener?.rules.find((each) => meets(each, request))
    if (!listener || !rule)
      throw new Error(`Balancer ${this.#spec.name} has no rule for a request on port ${port}`)
    if (request) rewrite(request, rule)
    const { action } = rule
    if (action.kind !== 'forward') return { action, listener }
    const { group, added } = choose(action, request, this.#realSeconds(action.sticky ?? 0))
    const { clock: _clock, groupOf, ...parts } = this.#parts
    return {
      ...parts,
      pool: (group && groupOf(group.name)?.pool) ?? nobody,
      tally: group ? this.#tallyOf(group.name) : this.#tally,
      listener,
      backend: group ?? { protocol: listener.protocol },
      idleTimeout: this.#idleTimeout(port),
      stickiness: this.#scaled(group?.stickiness),
      added,
    }
  }

  #tallyOf(group: string): Tally {
    const tally = this.#groupTallies.get(group) ?? new Tally(this.#tally)
    this.#groupTallies.set(group, tally)
    return tally
  }

  /** A browser counts in real seconds, and a cookie of 0 seconds is another kind. */
  #scaled(stickiness: Stickiness | undefined): Stickiness | undefined {
    if (stickiness === undefined || 'cookie' in stickiness || stickiness.seconds === 0) return stickiness
    return { seconds: this.#realSeconds(stickiness.seconds) }
  }

  #realSeconds(seconds: number): number {
    return Math.max(1, Math.round(this.#parts.clock.milliseconds(seconds) / 1000))
  }
}

/** No listener's, since those of its neighbourhood are given to clients of their own. */
const holdPort = 65_535

const nobody = new TargetPool()

function assertSupported({ name, listeners }: RuledBalancerSpec): void {
  const bare = listeners.find(
    ({ protocol, identity }) => (protocol === 'HTTPS' || protocol === 'SSL') && identity === undefined,
  )
  if (bare)
    throw new Error(
      `Balancer ${name} has no certificate for its ${bare.protocol} listener on port ${bare.port}`,
    )
}
