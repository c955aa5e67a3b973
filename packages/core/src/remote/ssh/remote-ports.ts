import type { Duplex } from 'node:stream'
import type { Client, TcpConnectionDetails } from 'ssh2'
import type { Listening } from '../transport.ts'

/** The ports of a host that it listens on for one connection. */
export class RemotePorts {
  readonly #client: Client
  readonly #takers = new Map<number, (connection: Duplex) => void>()
  readonly #lost: Promise<void>

  constructor(client: Client) {
    this.#client = client
    this.#lost = new Promise((resolve) => client.once('close', () => resolve()))
    client.on('tcp connection', ({ destPort }: TcpConnectionDetails, accept, reject) => {
      const take = this.#takers.get(destPort)
      if (take) take(accept())
      else reject()
    })
  }

  async listen(address: string, port: number, take: (connection: Duplex) => void): Promise<Listening> {
    const bound = await new Promise<number>((resolve, reject) => {
      this.#client.forwardIn(address, port, (error, actual) => {
        if (error) return reject(error)
        // Set at once: a connection may come with the same packet.
        this.#takers.set(actual, take)
        resolve(actual)
      })
    })
    let closed: () => void = () => undefined
    const ended = Promise.race([this.#lost, new Promise<void>((resolve) => (closed = resolve))])
    const close = async (): Promise<void> => {
      if (!this.#takers.delete(bound)) return ended
      await Promise.race([this.#unlisten(address, bound), this.#lost])
      closed()
    }
    return { port: bound, ended, close }
  }

  #unlisten(address: string, port: number): Promise<void> {
    return new Promise((resolve) => {
      try {
        // Whether it was still listened for is of no interest to who closes it.
        this.#client.unforwardIn(address, port, () => resolve())
      } catch {
        resolve()
      }
    })
  }
}
