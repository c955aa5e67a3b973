import type { Server, Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { RuledListener } from '../hardware/balancers.ts'
import { listen } from '../machines/loopback.ts'
import { httpFront, type Routing } from './http-front.ts'
import { secureContext } from './secure-context.ts'
import { tcpFront } from './tcp-front.ts'

/** How far above a listener's port it listens instead, where ports below 1024 are root's alone. */
const unprivilegedOffset = 8_000

/** One open listener. */
export class Front {
  /** The port really listened on. */
  readonly port: number
  readonly #server: Server
  readonly #sockets: Set<Socket>

  private constructor(server: Server, sockets: Set<Socket>, port: number) {
    this.#server = server
    this.#sockets = sockets
    this.port = port
  }

  /** Listens; `routing` is asked at each request, so that it can change. */
  static async open(listener: RuledListener, address: string, routing: Routing): Promise<Front> {
    const { protocol, identity } = listener
    const http = protocol === 'HTTP' || protocol === 'HTTPS'
    const server = http ? httpFront(routing, identity) : tcpFront(routing, identity)
    const sockets = new Set<Socket>()
    server.on('connection', (socket: Socket) => {
      routing.connected()
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    return new Front(server, sockets, await listenNear(server, address, listener.port))
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size
  }

  /** Speaks as somebody else in the connections to come. */
  renew({ identity }: RuledListener): void {
    if (identity && this.#server instanceof TlsServer) this.#server.setSecureContext(secureContext(identity))
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
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
