import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FieldReader, fields } from '../ssh-fields.ts'
import { message, ownLargestPacket } from './master-channel.ts'
import { MasterClient, type MasterSocket } from './master-client.ts'

const MiB = 1024 ** 2

/** A master and the host behind it, which sends what it may and counts what it is still allowed to. */
class Master {
  readonly #allowed = new Map<number, number>()
  #take: (packet: Buffer) => void = () => undefined

  /** Bytes that may be on their way. */
  get allowed(): number {
    return [...this.#allowed.values()].reduce((sum, each) => sum + each, 0)
  }

  readonly socket: MasterSocket = {
    send: (packet) => {
      const reader = new FieldReader(packet, 2)
      if (packet.readUInt8(1) === message.open) {
        reader.bytes()
        const id = reader.number()
        this.#allowed.set(id, reader.number())
        this.#say(message.openConfirmation, id, id, MiB, ownLargestPacket)
      } else if (packet.readUInt8(1) === message.windowAdjust) {
        const id = reader.number()
        this.#allowed.set(id, (this.#allowed.get(id) ?? 0) + reader.number())
      }
      return true
    },
    onceWritable: (then) => then(),
    read: (take) => {
      this.#take = take
    },
    destroy: () => undefined,
  }

  sendAll(): void {
    for (const [id, allowed] of this.#allowed)
      if (allowed >= ownLargestPacket) {
        this.#allowed.set(id, allowed - ownLargestPacket)
        this.#say(message.data, id, Buffer.alloc(ownLargestPacket))
      }
  }

  #say(type: number, ...values: (number | Buffer)[]): void {
    this.#take(Buffer.concat([Buffer.of(0, type), fields(...values)]))
  }
}

test.each([1, 4, 20])('%i connections that are read share what may be on its way', async (count) => {
  const master = new Master()
  const holder = { end: async () => undefined, lastWords: async () => new Error('gone') }
  const client = new MasterClient(holder, master.socket, { lendsAgent: false })
  for (let each = 0; each < count; each += 1)
    client.forwardOut('127.0.0.1', 0, 'db', 5432, (_error, channel) => void channel.resume())
  let most = 0
  for (let turn = 0; turn < 100; turn += 1) {
    master.sendAll()
    await setImmediate()
    most = Math.max(most, master.allowed)
  }
  expect(most).toBeGreaterThan(MiB)
  expect(most).toBeLessThanOrEqual(2 * MiB)
})
