import { connect, createServer, type Server, type Socket } from 'node:net'
import type { HostSpec } from '../transport.ts'

/** A wire to a host that counts what goes over it, and can be cut. */
export class Wire {
  /** Bytes that went to the host. */
  sent = 0
  /** Cuts the wire once so many bytes have gone to the host. */
  cutAfter = Number.POSITIVE_INFINITY
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1')
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => this.#sockets.delete(socket))
      }
      near.on('data', (chunk: Buffer) => {
        this.sent += chunk.length
        if (this.sent > this.cutAfter) this.cut()
      })
      near.pipe(far).pipe(near)
    })
  }

  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port)
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve))
    return wire
  }

  /** The host at its end, reached through it. */
  host(spec: HostSpec): HostSpec {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the wire is not laid')
    return { ...spec, port: address.port }
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async remove(): Promise<void> {
    this.cut()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}
