import { createServer, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { Semaphore } from '../semaphore.ts'
import type { Ports, SessionClient } from '../ssh/session.ts'
import { type FieldReader, fields } from '../ssh-fields.ts'
import type { Listening } from '../transport.ts'
import { MuxSocket, muxMessage } from './mux-socket.ts'

const remote = 2
// In place of a port: the address is the path of a Unix socket.
const unixSocket = -2
// A master refuses whoever comes while 64 others wait that it has not turned to yet.
const atOnce = 16

/** Ports of a host that its master of `ssh` listens on there: each connection comes to a Unix socket of ours. */
export class RemoteForwards implements Ports {
  readonly #control: string
  readonly #lost: Promise<void>
  readonly #turns = new Semaphore(atOnce)
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
    let bound = port
    try {
      const answer = await this.#ask(muxMessage.openForward, forward)
      if (port === 0) bound = answer.number()
    } catch (error) {
      await closed(server)
      throw error
    }
    let tellEnd: () => void = () => undefined
    const ended = Promise.race([this.#lost, new Promise<void>((resolve) => (tellEnd = resolve))])
    // Connections that have come stand on their own.
    void ended.then(() => server.close())
    const close = async (): Promise<void> => {
      // Known to the master as it was asked for, also where the host chose the port. Whether it was still listened for is
      // of no interest to who closes it.
      await this.#ask(muxMessage.closeForward, forward).catch(() => undefined)
      tellEnd()
      await ended
    }
    return { port: bound, ended, close }
  }

  #ask(type: number, payload: Buffer): Promise<FieldReader> {
    return this.#turns.run(undefined, async () => {
      const mux = await MuxSocket.open(this.#control)
      try {
        return await mux.ask(type, payload)
      } finally {
        mux.destroy()
      }
    })
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
