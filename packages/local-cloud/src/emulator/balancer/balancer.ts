import type { Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { BalancerSpec, BalancerTarget, Listener, RequestCounts, TargetHealth } from '../hardware.ts'
import { listen } from '../machines/loopback.ts'
import type { Surroundings } from './exchange.ts'
import { parseProbe } from './health-check.ts'
import { httpFront } from './http-front.ts'
import { Tally } from './tally.ts'
import { Target } from './target.ts'
import { TargetPool } from './target-pool.ts'
import { tcpFront } from './tcp-front.ts'

/** How far above a listener's port it listens instead, where ports below 1024 are root's alone. */
export const unprivilegedOffset = 8_000

interface Front {
  readonly server: Server | HttpServer
  readonly sockets: Set<Socket>
  /** The port really listened on. */
  readonly port: number
}

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
    // A listener whose kind of front changes is another listener.
    const kept = new Set(
      spec.listeners.filter((listener) => {
        const old = before.listeners.find(({ port }) => port === listener.port)
        return old !== undefined && isHttp(old) === isHttp(listener)
      }),
    )
    const keptPorts = [...kept].map(({ port }) => port)
    for (const port of [...this.#fronts.keys()]) if (!keptPorts.includes(port)) await this.#closeFront(port)
    this.#spec = spec
    for (const listener of spec.listeners) if (!kept.has(listener)) await this.#openFront(listener)
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
    const server = isHttp(listener)
      ? httpFront(() => this.#surroundings(listener.port))
      : tcpFront(() => this.#surroundings(listener.port))
    const sockets = new Set<Socket>()
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    const port = await listenNear(server, this.address, listener.port)
    this.#fronts.set(listener.port, { server, sockets, port })
  }

  async #closeFront(port: number): Promise<void> {
    const front = this.#fronts.get(port)
    if (!front) return
    this.#fronts.delete(port)
    const closed = new Promise((resolve) => front.server.close(resolve))
    for (const socket of front.sockets) socket.destroy()
    await closed
  }

  #surroundings(port: number): Surroundings {
    const listener = this.#spec.listeners.find((one) => one.port === port)
    if (!listener) throw new Error(`Balancer ${this.#spec.name} has no listener on port ${port}`)
    const idleTimeout = this.#clock.milliseconds(this.#spec.idleTimeout)
    return { pool: this.#pool, tally: this.#tally, listener, idleTimeout, isUp: this.#isUp }
  }
}

function isHttp({ protocol }: Listener): boolean {
  return protocol === 'HTTP'
}

async function listenNear(server: Server, address: string, port: number): Promise<number> {
  try {
    await listen(server, address, port)
    return port
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EACCES')) throw error
    await listen(server, address, port + unprivilegedOffset)
    return port + unprivilegedOffset
  }
}

function assertSupported({ name, listeners, healthCheck }: BalancerSpec): void {
  parseProbe(healthCheck.target)
  const secure = listeners.find(({ protocol }) => protocol === 'HTTPS' || protocol === 'SSL')
  if (secure) {
    throw new Error(
      `Balancer ${name} has an ${secure.protocol} listener on port ${secure.port}: the local cloud has no ` +
        'certificates. Give it an HTTP or TCP listener here.',
    )
  }
}
