import { Duplex, Readable } from 'node:stream'
import type { SessionChannel } from '../ssh/session.ts'
import { type FieldReader, fields } from '../ssh-fields.ts'

/** Messages of RFC 4254 about a channel. */
export const message = {
  open: 90,
  openConfirmation: 91,
  openFailure: 92,
  windowAdjust: 93,
  data: 94,
  extendedData: 95,
  eof: 96,
  close: 97,
  request: 98,
  success: 99,
  failure: 100,
} as const

/** What a channel sends through. */
export interface ChannelLink {
  /** False: what comes next should wait. */
  send(type: number, payload: Buffer): boolean
  onceWritable(then: () => void): void
  /** Bytes that a channel may be sent before they are read, as many channels as there are. */
  share(): number
  /** Both sides have closed it: its number is free. */
  released(channel: MasterChannel): void
}

export interface Peer {
  readonly id: number
  readonly window: number
  readonly largestPacket: number
}

/** Bytes that a peer may send at first, before the channel's share is known to be wanted. */
export const firstWindow = 64 * 1024
export const ownLargestPacket = 32 * 1024

/** A channel of a connection that a master of `ssh` holds. */
export class MasterChannel extends Duplex implements SessionChannel {
  readonly id: number
  readonly stderr: Readable
  readonly #link: ChannelLink
  readonly #peer: Peer
  readonly #replies: ((isSuccess: boolean) => void)[] = []
  #peerWindow: number
  #window = firstWindow
  /** Outputs whose reader is behind. */
  readonly #behind = new Set<Readable>()
  #unsent: { rest: Buffer; readonly done: () => void } | undefined
  #closeSent = false
  #closeCame = false
  #outputEnded = false
  #told = false

  constructor(link: ChannelLink, id: number, peer: Peer) {
    // It closes when its peer does, and says so when all is read.
    super({ autoDestroy: false, emitClose: false })
    this.id = id
    this.#link = link
    this.#peer = peer
    this.#peerWindow = peer.window
    const read = (): void => this.#caughtUp(this.stderr)
    this.stderr = new Readable({ autoDestroy: false, emitClose: false, read })
    for (const output of [this, this.stderr]) output.once('end', () => this.#tell())
  }

  /** Asks for something; without `reply`, no answer is wanted. */
  request(name: string, payload: Buffer, reply?: (isSuccess: boolean) => void): void {
    if (reply) this.#replies.push(reply)
    const head = fields(this.#peer.id, name, reply !== undefined)
    this.#send(message.request, Buffer.concat([head, payload]))
  }

  setWindow(rows: number, columns: number, height: number, width: number): void {
    this.request('window-change', fields(columns, rows, width, height))
  }

  close(): void {
    this.#sendClose()
    this.#dropUnsent()
  }

  /** Takes what the peer says. */
  receive(type: number, packet: FieldReader): void {
    if (type === message.data) this.#takeData(this, packet.bytes())
    else if (type === message.extendedData) {
      packet.number()
      this.#takeData(this.stderr, packet.bytes())
    } else if (type === message.windowAdjust) {
      this.#peerWindow += packet.number()
      this.#flush()
    } else if (type === message.eof) this.#endOutput()
    else if (type === message.close) this.#takeClose()
    else if (type === message.request) this.#takeRequest(packet)
    else if (type === message.success || type === message.failure)
      this.#replies.shift()?.(type === message.success)
  }

  /** The connection is gone. */
  lose(): void {
    this.#closeSent = true
    this.#closeCame = true
    this.#dropUnsent()
    this.#endOutput()
    for (const reply of this.#replies.splice(0)) reply(false)
    this.#tell()
  }

  override _read(): void {
    this.#caughtUp(this)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#unsent = { rest: chunk, done }
    if (this.#closeSent || this.#closeCame) this.#dropUnsent()
    else this.#flush()
  }

  override _final(done: () => void): void {
    this.#send(message.eof, fields(this.#peer.id))
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.close()
    this.stderr.resume()
    done(error)
    if (this.#told) return
    this.#told = true
    process.nextTick(() => this.emit('close'))
  }

  #takeData(output: Readable, bytes: Buffer): void {
    if (this.#outputEnded) return
    this.#window -= bytes.length
    if (!output.push(bytes)) this.#behind.add(output)
    this.#widen()
  }

  #caughtUp(output: Readable): void {
    this.#behind.delete(output)
    this.#widen()
  }

  // While a reader is behind the window is left to run out: the command then waits with its output.
  #widen(): void {
    if (this.#behind.size > 0 || this.#closeCame) return
    const share = this.#link.share()
    if (this.#window > share / 2) return
    this.#send(message.windowAdjust, fields(this.#peer.id, share - this.#window))
    this.#window = share
  }

  #flush(): void {
    const unsent = this.#unsent
    if (unsent === undefined) return
    let isWritable = true
    while (unsent.rest.length > 0 && this.#peerWindow > 0) {
      const part = unsent.rest.subarray(0, Math.min(this.#peerWindow, this.#peer.largestPacket))
      this.#peerWindow -= part.length
      unsent.rest = unsent.rest.subarray(part.length)
      isWritable = this.#send(message.data, fields(this.#peer.id, part))
    }
    if (unsent.rest.length > 0) return
    this.#unsent = undefined
    if (isWritable) unsent.done()
    else this.#link.onceWritable(unsent.done)
  }

  /** What is written to a command that has ended is lost, as in a pipe. */
  #dropUnsent(): void {
    const unsent = this.#unsent
    this.#unsent = undefined
    unsent?.done()
  }

  #takeClose(): void {
    this.#closeCame = true
    this.#sendClose()
    this.#link.released(this)
    this.#dropUnsent()
    this.#endOutput()
    for (const reply of this.#replies.splice(0)) reply(false)
    this.#tell()
  }

  #takeRequest(packet: FieldReader): void {
    const name = packet.text()
    const wantsReply = packet.boolean()
    if (name === 'exit-status') this.emit('exit', packet.number())
    else if (name === 'exit-signal') this.emit('exit', null, `SIG${packet.text()}`)
    else if (wantsReply) this.#send(message.failure, fields(this.#peer.id))
  }

  #endOutput(): void {
    if (this.#outputEnded) return
    this.#outputEnded = true
    this.push(null)
    this.stderr.push(null)
  }

  #tell(): void {
    if (this.#told || !this.#closeCame || !this.readableEnded || !this.stderr.readableEnded) return
    this.#told = true
    this.emit('close')
  }

  #sendClose(): void {
    if (this.#closeSent) return
    this.#send(message.close, fields(this.#peer.id))
    this.#closeSent = true
  }

  #send(type: number, payload: Buffer): boolean {
    return this.#closeSent || this.#link.send(type, payload)
  }
}
