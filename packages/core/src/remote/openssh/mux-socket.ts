import { connect, type Socket } from 'node:net'
import { FieldReader, fields, Packets } from '../ssh-fields.ts'

const version = 4

// Messages of OpenSSH's PROTOCOL.mux.
const hello = 1
export const muxMessage = { openForward: 0x10000006, closeForward: 0x10000007, proxy: 0x1000000f } as const
const answer = {
  proxy: 0x8000000f,
  ok: 0x80000001,
  denied: 0x80000002,
  failure: 0x80000003,
  port: 0x80000007,
}

/** A conversation with a master of `ssh` over its control socket. */
export class MuxSocket {
  readonly #socket: Socket
  readonly #packets = new Packets()
  readonly #waiting: Buffer[] = []
  #take: (packet: Buffer) => void = (packet) => void this.#waiting.push(packet)
  #onClose: () => void = () => undefined
  #lastRequest = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const packet of this.#packets.take(chunk)) this.#take(packet)
      } catch (error) {
        // What is no packet is no master either.
        socket.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    })
    // The end tells enough: why it came, the master says itself.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#onClose())
  }

  static async open(path: string): Promise<MuxSocket> {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const connecting = connect(path, () => resolve(connecting.off('error', reject)))
      connecting.once('error', reject)
    })
    const self = new MuxSocket(socket)
    self.send(fields(hello, version))
    const greeting = new FieldReader(await self.#next())
    if (greeting.number() !== hello || greeting.number() !== version)
      throw new Error('the master of ssh speaks another version of its protocol')
    return self
  }

  get writable(): boolean {
    return this.#socket.writable
  }

  /** From here on, the master hands on packets of channels. */
  async becomeProxy(): Promise<void> {
    await this.ask(muxMessage.proxy, Buffer.alloc(0))
  }

  /** @returns what is behind the answer's head, for instance a port */
  async ask(type: number, payload: Buffer): Promise<FieldReader> {
    this.#lastRequest += 1
    this.send(Buffer.concat([fields(type, this.#lastRequest), payload]))
    const reader = new FieldReader(await this.#next())
    const kind = reader.number()
    reader.number()
    if (kind === answer.proxy || kind === answer.ok || kind === answer.port) return reader
    const known = kind === answer.denied || kind === answer.failure
    throw new Error(known ? reader.text() : `the master of ssh answered with ${kind}`)
  }

  send(packet: Buffer): boolean {
    if (!this.#socket.writable) return true
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32BE(packet.length)
    return this.#socket.write(Buffer.concat([length, packet]))
  }

  onceWritable(then: () => void): void {
    if (this.#socket.writable && this.#socket.writableNeedDrain) this.#socket.once('drain', then)
    else then()
  }

  /** Takes all packets from here on. */
  read(take: (packet: Buffer) => void, onClose: () => void): void {
    this.#take = take
    this.#onClose = onClose
    for (const packet of this.#waiting.splice(0)) take(packet)
    if (this.#socket.closed) onClose()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #next(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const store = (packet: Buffer): void => void this.#waiting.push(packet)
      const settle = (): void => {
        this.#take = store
        this.#onClose = () => undefined
      }
      this.#take = (packet) => {
        settle()
        resolve(packet)
      }
      this.#onClose = () => {
        settle()
        reject(new Error('the master of ssh hung up'))
      }
      const first = this.#waiting.shift()
      if (first) this.#take(first)
      else if (this.#socket.closed) this.#onClose()
    })
  }
}
