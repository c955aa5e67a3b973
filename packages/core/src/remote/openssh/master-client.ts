import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { PtyRequest, SessionClient, SessionSettings, TakeChannel } from '../ssh/session.ts'
import { FieldReader, fields } from '../ssh-fields.ts'
import {
  type ChannelLink,
  firstWindow,
  MasterChannel,
  message,
  ownLargestPacket,
  type Peer,
} from './master-channel.ts'
import type { MuxSocket } from './mux-socket.ts'

/** What holds the connection: a running `ssh`. */
export interface ConnectionHolder {
  /** Ends it; resolves when it has ended. */
  end(): Promise<void>
  /** It has let go of the connection: resolves when it has ended, with why. */
  lastWords(): Promise<Error>
}

export interface ClientOptions {
  /** Commands may use the agent that the master forwards. */
  readonly lendsAgent: boolean
}

// Bytes that all channels may be sent before they are read. A master that we are slower than keeps them, and copies all that
// it has for each packet more: with 2 MiB for each of ten channels, what comes slows down to nothing.
const sharedWindow = 2 * 1024 * 1024

// A terminal's modes are told as in RFC 4254, 8.
const endOfModes = 0
const echo = 53
const withoutEcho = Buffer.of(echo, 0, 0, 0, 0, endOfModes)

/** What a client needs of its conversation with the master. */
export type MasterSocket = Pick<MuxSocket, 'send' | 'onceWritable' | 'read' | 'destroy'>

interface Opening {
  readonly take: (error: Error | undefined, channel: MasterChannel | undefined) => void
}

/**
 * A client on a connection that a master of `ssh` holds: the master hands on the packets of channels as they are, so that
 * a command costs no process here, and its exit is told as the server tells it.
 */
export class MasterClient extends EventEmitter implements SessionClient {
  readonly #holder: ConnectionHolder
  readonly #socket: MasterSocket
  readonly #channels = new Map<number, MasterChannel>()
  readonly #openings = new Map<number, Opening>()
  readonly #link: ChannelLink
  readonly #lendsAgent: boolean
  #lastId = -1
  #isEnding = false

  constructor(holder: ConnectionHolder, socket: MasterSocket, { lendsAgent }: ClientOptions) {
    super()
    this.#lendsAgent = lendsAgent
    this.#holder = holder
    this.#socket = socket
    this.#link = {
      send: (type, payload) => socket.send(Buffer.concat([Buffer.of(0, type), payload])),
      onceWritable: (then) => socket.onceWritable(then),
      share: () => Math.max(firstWindow, Math.floor(sharedWindow / this.#channels.size)),
      released: ({ id }) => this.#channels.delete(id),
    }
    socket.read(
      (packet) => this.#take(packet),
      () => void this.#lost(),
    )
  }

  exec(command: string, options: SessionSettings & { pty?: PtyRequest }, take: TakeChannel): void {
    this.#session('exec', fields(command), options, take)
  }

  shell(pty: PtyRequest, { env }: SessionSettings, take: TakeChannel): void {
    this.#session('shell', Buffer.alloc(0), { env, pty }, take)
  }

  forwardOut(
    sourceAddress: string,
    sourcePort: number,
    address: string,
    port: number,
    take: TakeChannel<Duplex>,
  ): void {
    this.#open('direct-tcpip', fields(address, port, sourceAddress, sourcePort), (error, channel) => {
      // There is none, and it would be waited for.
      channel?.stderr.resume()
      hand(take, error, channel)
    })
  }

  end(): void {
    this.#isEnding = true
    this.#socket.destroy()
  }

  /** Opens a session and begins what it is for. */
  #session(
    kind: 'exec' | 'shell',
    payload: Buffer,
    { env, pty }: SessionSettings & { pty?: PtyRequest },
    take: TakeChannel,
  ): void {
    this.#open('session', Buffer.alloc(0), (error, channel) => {
      if (channel === undefined) return hand(take, error, undefined)
      for (const [name, value] of Object.entries(env)) channel.request('env', fields(name, value))
      if (this.#lendsAgent) channel.request('auth-agent-req@openssh.com', Buffer.alloc(0))
      let hasTerminal = true
      if (pty) {
        const modes = pty.modes ? withoutEcho : Buffer.of(endOfModes)
        channel.request('pty-req', fields(pty.term, pty.cols, pty.rows, 0, 0, modes), (isSuccess) => {
          hasTerminal = isSuccess
        })
      }
      channel.request(kind, payload, (isSuccess) => {
        if (isSuccess && hasTerminal) return hand(take, undefined, channel)
        channel.close()
        channel.resume()
        channel.stderr.resume()
        hand(take, new Error(hasTerminal ? `it denies ${kind}` : 'it gives no terminal'), undefined)
      })
    })
  }

  #open(kind: string, payload: Buffer, take: Opening['take']): void {
    const id = this.#freeId()
    this.#openings.set(id, { take })
    this.#link.send(message.open, Buffer.concat([fields(kind, id, firstWindow, ownLargestPacket), payload]))
  }

  #freeId(): number {
    do this.#lastId = (this.#lastId + 1) % 0x7fffffff
    while (this.#channels.has(this.#lastId) || this.#openings.has(this.#lastId))
    return this.#lastId
  }

  // Behind its length a packet has a number of padding bytes, always 0 here, its type, and the channel that it is for.
  #take(packet: Buffer): void {
    const type = packet.readUInt8(1)
    const reader = new FieldReader(packet, 2)
    const id = reader.number()
    const opening = this.#openings.get(id)
    if (opening === undefined) this.#channels.get(id)?.receive(type, reader)
    else if (type === message.openFailure) {
      this.#openings.delete(id)
      opening.take(refusal(reader), undefined)
    } else if (type === message.openConfirmation) {
      this.#openings.delete(id)
      const peer: Peer = { id: reader.number(), window: reader.number(), largestPacket: reader.number() }
      const channel = new MasterChannel(this.#link, id, peer)
      this.#channels.set(id, channel)
      opening.take(undefined, channel)
    }
  }

  /** Whatever ended first, the master ends too. */
  async #lost(): Promise<void> {
    if (this.#isEnding) await this.#holder.end()
    else this.emit('error', await this.#holder.lastWords())
    const gone = new Error('the connection is gone')
    for (const { take } of this.#openings.values()) take(gone, undefined)
    for (const channel of this.#channels.values()) channel.lose()
    this.#openings.clear()
    this.#channels.clear()
    this.emit('close')
  }
}

function hand<Channel>(
  take: (error: Error | undefined, channel: Channel) => void,
  error: Error | undefined,
  channel: Channel | undefined,
): void {
  // As ssh2 does: where there is an error, nobody looks at the channel.
  take(error ?? (channel === undefined ? new Error('no channel') : undefined), channel as Channel)
}

function refusal(reader: FieldReader): Error {
  const reason = reader.number()
  return Object.assign(new Error(`(SSH) Channel open failure: ${reader.text()}`), { reason })
}
