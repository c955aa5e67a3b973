import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { scaledClock } from '../../clock.ts'
import type { BalancerSpec, Listener } from '../../hardware/balancers.ts'
import type { BalancerTarget, TargetHealth } from '../../hardware/target-groups.ts'
import { LoopbackRange, listen } from '../../machines/loopback.ts'
import { eventually } from '../../machines/testing/lab.ts'
import { openBalancers } from '../balancers.ts'

export const port = 8080
const addresses = new LoopbackRange('127.18', String(process.pid))

/** An application on an address of its own. */
export class Application {
  readonly id: string
  readonly server: Server
  readonly sockets = new Set<Socket>()
  address = ''
  healthy = true
  connections = 0

  constructor(id: string, answer: RequestListener) {
    this.id = id
    this.server = createServer((incoming, response) => {
      if (incoming.url !== '/health') return answer(incoming, response)
      response.statusCode = this.healthy ? 200 : 500
      response.end()
    })
    this.server.on('connection', (socket) => {
      this.connections++
      this.sockets.add(socket)
      socket.once('close', () => this.sockets.delete(socket))
    })
  }

  async open(): Promise<this> {
    this.address = (await addresses.claim((address) => listen(this.server, address, port))).address
    return this
  }

  async close(): Promise<void> {
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
    if (this.server.listening) await once(this.server, 'close')
  }

  get target(): BalancerTarget {
    return { id: this.id, address: this.address }
  }
}

/** What came back, and over which connection of the client. */
export interface Reply {
  readonly status: number
  readonly body: string
  readonly headers: IncomingMessage['headers']
}

/** Balancers on a clock twenty times as fast, with applications behind one of them. */
export class Rig {
  /** The ids of targets whose machines do not run. */
  readonly down = new Set<string>()
  readonly balancers = openBalancers({
    clock: scaledClock(0.05),
    seed: String(process.pid),
    isUp: (id) => !this.down.has(id),
  })
  readonly agent = new Agent({ keepAlive: true, maxSockets: 8 })
  readonly #applications: Application[] = []
  address = ''

  async open(rest: Partial<BalancerSpec> = {}): Promise<void> {
    this.address = (await this.balancers.open(spec(rest))).address
  }

  async application(id: string, answer: RequestListener = named(id)): Promise<Application> {
    const application = await new Application(id, answer).open()
    this.#applications.push(application)
    return application
  }

  /** An application that answers everything but health checks with these bytes. */
  raw(id: string, bytes: string): Promise<Application> {
    return this.application(id, ({ socket }) => socket.end(bytes))
  }

  /** Registers applications and waits until they serve. */
  async serve(...applications: readonly Application[]): Promise<void> {
    this.balancers.groups.register(
      'web',
      applications.map(({ target }) => target),
    )
    await eventually(() => {
      for (const { id } of applications)
        if (this.health(id)?.state !== 'healthy') throw new Error(`${id} is not healthy`)
    })
  }

  health(id: string): TargetHealth | undefined {
    return this.balancers.groups.health('web').find((health) => health.id === id)
  }

  async close(): Promise<void> {
    this.agent.destroy()
    await this.balancers.closeAll()
    await Promise.all(this.#applications.map((application) => application.close()))
  }

  /** One request through the balancer, over a kept connection. */
  send(
    path = '/',
    options: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: this.address,
          port,
          path,
          agent: this.agent,
          method: options.method ?? 'GET',
          headers: options.headers ?? {},
        },
        (response) => {
          text(response).then(
            (body) => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
            reject,
          )
        },
      )
      outgoing.once('error', reject)
      outgoing.end(options.body)
    })
  }
}

/** An answer that says who gave it. */
export function named(id: string): RequestListener {
  return (_, response) => response.end(id)
}

export function spec(rest: Partial<BalancerSpec> = {}): BalancerSpec {
  return {
    name: 'web',
    listeners: [listener()],
    healthCheck: {
      target: `HTTP:${port}/health`,
      interval: 1,
      timeout: 1,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    },
    draining: 40,
    idleTimeout: 60,
    ...rest,
  }
}

export function listener(rest: Partial<Listener> = {}): Listener {
  return { protocol: 'HTTP', port, instanceProtocol: 'HTTP', instancePort: port, ...rest }
}
