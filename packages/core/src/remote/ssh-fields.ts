/** SSH's way to write fields (RFC 4251): numbers of four bytes, and strings behind their length. */
export function fields(...values: readonly (number | boolean | string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      if (typeof value === 'boolean') return Buffer.of(value ? 1 : 0)
      if (typeof value === 'number') return uint32(value)
      const bytes = typeof value === 'string' ? Buffer.from(value) : value
      return Buffer.concat([uint32(bytes.length), bytes])
    }),
  )
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  // Negative ones are ports that mean something else than a port.
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

/** Reads fields one after the other; throws a RangeError where there are no more. */
export class FieldReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  number(): number {
    const value = this.#bytes.readUInt32BE(this.#at)
    this.#at += 4
    return value
  }

  boolean(): boolean {
    const value = this.#bytes.readUInt8(this.#at)
    this.#at += 1
    return value !== 0
  }

  bytes(): Buffer {
    const length = this.number()
    const end = this.#at + length
    if (end > this.#bytes.length) throw new RangeError('a field is longer than its packet')
    const value = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return value
  }

  text(): string {
    return this.bytes().toString('utf8')
  }
}

// A master passes on what a server sends, which has at most 256 KiB.
const longest = 1024 * 1024

/** Cuts a stream into packets: each comes behind its length. */
export class Packets {
  #rest: Buffer[] = []
  #length = 0

  take(chunk: Buffer): Buffer[] {
    this.#rest.push(chunk)
    this.#length += chunk.length
    const packets: Buffer[] = []
    for (;;) {
      const need = this.#need()
      if (need === undefined || this.#length < need) return packets
      const all = this.#whole()
      packets.push(all.subarray(4, need))
      this.#rest = need < all.length ? [all.subarray(need)] : []
      this.#length -= need
    }
  }

  /** The size of the next packet with its length. */
  #need(): number | undefined {
    if (this.#length < 4) return undefined
    const first = this.#rest[0]
    const length = (first !== undefined && first.length >= 4 ? first : this.#whole()).readUInt32BE(0)
    if (length > longest) throw new Error(`a packet of ${length} bytes is too long`)
    return length + 4
  }

  #whole(): Buffer {
    const [only, ...more] = this.#rest
    if (only !== undefined && more.length === 0) return only
    const all = Buffer.concat(this.#rest)
    this.#rest = [all]
    return all
  }
}
