import { createServer, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Ports, SessionClient } from '../ssh/session.ts'
import { fields } from '../ssh-fields.ts'
import type { Listening } from '../transport.ts'
import { MuxSocket, muxMessage } from './mux-socket.ts'

const remote = 2
// In place of a port: the address is the path of a Unix socket.
const unixSocket = -2

/** Ports of a host that its master of `ssh` listens on there: each connection comes to a Unix socket of ours. */
export class RemoteForwards implements Ports {
  readonly #control: string
  readonly #lost: Promise<void>
  #count = 0

  constructor(control: string, client: SessionClient) {
    this.#control = control
    this.#lost = new Promise((resolve) => client.once('close', () => resolve()))
  }

  async listen(address: string, port: number, take: (connection: Duplex) => void): Promise<Listening> {
    this.#count += 1
    const path = `${this.#control}.${this.#count}`
    const server = createServer({ allowHalfOpen: true }, take)
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
    const forward = fields(remote, address, port, path, unixSocket)
    const mux = await MuxSocket.open(this.#control)
    let bound = port
    try {
      const answer = await mux.ask(muxMessage.openForward, forward)
      if (port === 0) bound = answer.number()
    } catch (error) {
      await closed(server)
      throw error
    } finally {
      mux.destroy()
    }
    let tellEnd: () => void = () => undefined
    const ended = Promise.race([this.#lost, new Promise<void>((resolve) => (tellEnd = resolve))])
    // Connections that have come stand on their own.
    void ended.then(() => server.close())
    const close = async (): Promise<void> => {
      await this.#unlisten(forward)
      tellEnd()
      await ended
    }
    return { port: bound, ended, close }
  }

  // Known to the master as it was asked for, also where the host chose the port. Whether it was still listened for is of no
  // interest to who closes it.
  async #unlisten(forward: Buffer): Promise<void> {
    const mux = await MuxSocket.open(this.#control).catch(() => undefined)
    await mux?.ask(muxMessage.closeForward, forward).catch(() => undefined)
    mux?.destroy()
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
