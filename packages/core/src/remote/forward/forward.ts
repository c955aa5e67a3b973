import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { reportOf, ViridianError } from '../../error.ts'
import type { Connection } from '../transport.ts'
import { type Address, addressOf, isLoopback, type Place, shownAddress } from './place.ts'
import { cut, splice } from './splice.ts'

/** Which end listens, and where its connections go. */
export type ForwardOptions = {
  /** Also listens on addresses that other machines can reach. @default only on loopback */
  readonly exposed?: boolean
} & (
  | {
      /** `local`: listens here, as `ssh -L`. @default local */
      readonly from?: 'local'
      /** @default a free port of 127.0.0.1 */
      readonly local?: Place
      /** Where the host takes the connections: a port of its own, or what it can reach. */
      readonly remote: Place
    }
  | {
      /** `remote`: the host listens, as with `ssh -R`. */
      readonly from: 'remote'
      /** Where connections are taken here: a port of this machine, or what it can reach. */
      readonly local: Place
      /** @default a free port of the host's 127.0.0.1 */
      readonly remote?: Place
    }
)

/** An open forwarding, and where it listens. */
export interface Forward {
  /** The address that it listens on: `127.0.0.1`. */
  readonly address: string
  /** The port there, also where a free one was asked for. */
  readonly port: number
  /** Ends it with the connections that it carries. May be called again. */
  close(): Promise<void>
}

export interface ForwardCircumstances {
  readonly host: string
  readonly connection: () => Promise<Connection>
  readonly onWarning: (text: string) => void
}

/** Opens a forwarding. A connection that its target does not take is reset, and the reason told once. */
export function openForward(options: ForwardOptions, around: ForwardCircumstances): Promise<Forward> {
  const carried = new Carried(around)
  return options.from === 'remote'
    ? fromRemote(options.local, options.remote ?? 0, options.exposed, carried)
    : fromLocal(options.local ?? 0, options.remote, options.exposed, carried)
}

/** What is forwarded, as people read it. */
export function shownForward(options: ForwardOptions): string {
  const side = (place: Place | undefined): string => (place === undefined ? 'a free port' : String(place))
  return options.from === 'remote'
    ? `forward ${side(options.remote)} of the host to ${options.local}`
    : `forward ${side(options.local)} to ${options.remote} of the host`
}

async function fromLocal(
  local: Place,
  remote: Place,
  exposed: boolean | undefined,
  carried: Carried,
): Promise<Forward> {
  const target = addressOf(remote, 'localhost')
  const wanted = addressOf(local, '127.0.0.1')
  refuseExposure(wanted, exposed)
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    // Each on the connection of its moment: a lost one is made anew.
    void carried.carry(socket, (connection) => connection.dial(target.address, target.port))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(notHere(wanted, error)))
    server.listen(wanted.port, wanted.address, resolve)
  })
  const stopped = new Promise<void>((resolve) => server.once('close', () => resolve()))
  // A listening TCP server has this kind of address.
  const { address, port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.close()
    carried.cut()
    await stopped
  }
  return { address, port, close }
}

async function fromRemote(
  local: Place,
  remote: Place,
  exposed: boolean | undefined,
  carried: Carried,
): Promise<Forward> {
  const { host, connection: connect, onWarning } = carried.around
  const target = addressOf(local, 'localhost')
  const wanted = addressOf(remote, '127.0.0.1')
  refuseExposure(wanted, exposed)
  const connection = await connect()
  const listening = await connection.listen(wanted.address, wanted.port, (channel) => {
    void carried.carry(channel, () => dialHere(target))
  })
  const address = { address: wanted.address, port: listening.port }
  let isClosed = false
  void listening.ended.then(() => {
    if (!isClosed) onWarning(`${host} does not listen on ${shownAddress(address)} any more: it was lost`)
  })
  const close = async (): Promise<void> => {
    isClosed = true
    carried.cut()
    await listening.close()
  }
  return { ...address, close }
}

/** The connections that a forwarding carries. */
class Carried {
  readonly around: ForwardCircumstances
  readonly #open = new Set<Duplex>()
  readonly #told = new Set<string>()
  #isCut = false

  constructor(around: ForwardCircumstances) {
    this.around = around
  }

  /** Joins a connection that has come with the one that it is meant for. */
  async carry(incoming: Duplex, dial: (connection: Connection) => Promise<Duplex>): Promise<void> {
    this.#keep(incoming)
    try {
      const connection = await this.around.connection()
      const outgoing = await dial(connection)
      this.#keep(outgoing)
      await splice(incoming, outgoing, () => !connection.open)
    } catch (error) {
      cut(incoming)
      this.#tell(error)
    }
  }

  cut(): void {
    this.#isCut = true
    for (const each of this.#open) cut(each)
  }

  #keep(connection: Duplex): void {
    // A connection that is cut before it is joined has nobody else to tell.
    connection.on('error', () => undefined)
    connection.once('close', () => this.#open.delete(connection))
    this.#open.add(connection)
    if (this.#isCut) cut(connection)
  }

  #tell(error: unknown): void {
    const { message, hint } = reportOf(error)
    if (this.#isCut || this.#told.has(message)) return
    this.#told.add(message)
    this.around.onWarning(hint === undefined ? message : `${message}; ${hint}`)
  }
}

function dialHere({ address, port }: Address): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true })
    socket.once('error', (cause) => {
      const place = shownAddress({ address, port })
      reject(
        new ViridianError('E_FORWARD', `nothing is reached on ${place} here: ${cause.message}`, { cause }),
      )
    })
    socket.once('connect', () => resolve(socket))
  })
}

function refuseExposure(wanted: Address, exposed = false): void {
  if (exposed || isLoopback(wanted.address)) return
  throw new ViridianError(
    'E_FORWARD_EXPOSED',
    `a forwarding on ${shownAddress(wanted)} would let other machines in`,
    { hint: 'listen on 127.0.0.1, or say { exposed: true }' },
  )
}

function notHere(wanted: Address, cause: Error): ViridianError {
  return new ViridianError('E_FORWARD', `cannot listen on ${shownAddress(wanted)}: ${cause.message}`, {
    hint: 'leave the local port out to get a free one',
    cause,
  })
}
