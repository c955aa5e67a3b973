import { createHmac, randomBytes } from 'node:crypto'

/** A name as HashKnownHosts writes it: `|1|salt|HMAC-SHA1 of the name`, both in base64. */
export function hashedName(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${hmac(salt, name).toString('base64')}`
}

/** Reads a hashed name; undefined for one of a form that is not known. */
export function readHashedName(text: string): HashedName | undefined {
  const [, version, salt, hash] = text.split('|')
  if (version !== '1' || salt === undefined || hash === undefined) return undefined
  const [key, digest] = [Buffer.from(salt, 'base64'), Buffer.from(hash, 'base64')]
  return key.length <= blockSize && digest.length === 20 ? new HashedName(key, digest) : undefined
}

const blockSize = 64

const hmac = (salt: Buffer, name: string): Buffer => createHmac('sha1', salt).update(name).digest()

/**
 * A name that only its hash is known of. Every host is compared with every line, a million times in a large fleet, and
 * Node's HMAC objects take ten times as long as the hash itself: so the two blocks that a salt makes are hashed once,
 * and the two that a name adds here.
 */
export class HashedName {
  readonly #salt: Buffer
  readonly #digest: Buffer
  readonly #expected: Int32Array
  #inner: Int32Array | undefined
  #outer: Int32Array | undefined

  constructor(salt: Buffer, digest: Buffer) {
    this.#salt = salt
    this.#digest = digest
    this.#expected = Int32Array.from({ length: 5 }, (_, index) => digest.readInt32BE(4 * index))
  }

  matches(name: Buffer): boolean {
    if (name.length > blockSize - 9) return hmac(this.#salt, name.toString()).equals(this.#digest)
    this.#inner ??= afterBlock(start, padded(this.#salt, 0x36))
    this.#outer ??= afterBlock(start, padded(this.#salt, 0x5c))
    const inner = afterBlock(this.#inner, lastBlock(name))
    const message = Buffer.alloc(20)
    for (let index = 0; index < 5; index += 1) message.writeInt32BE(inner[index] ?? 0, 4 * index)
    const outer = afterBlock(this.#outer, lastBlock(message))
    return this.#expected.every((word, index) => word === outer[index])
  }
}

const start = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
const constants = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6]

function padded(salt: Buffer, pad: number): Buffer {
  const block = Buffer.alloc(blockSize, pad)
  for (const [index, byte] of salt.entries()) block[index] = byte ^ pad
  return block
}

/** A message behind one block: its bytes, a one, and the length of both in bits. */
function lastBlock(message: Buffer): Buffer {
  const block = Buffer.alloc(blockSize)
  message.copy(block)
  block[message.length] = 0x80
  block.writeUInt32BE((blockSize + message.length) * 8, blockSize - 4)
  return block
}

const words = new Int32Array(80)

/** SHA-1's state after one more block (FIPS 180-4, 6.1.2). */
function afterBlock(state: Int32Array, block: Buffer): Int32Array {
  for (let t = 0; t < 16; t += 1) words[t] = block.readInt32BE(4 * t)
  for (let t = 16; t < 80; t += 1) words[t] = turned(at(t - 3) ^ at(t - 8) ^ at(t - 14) ^ at(t - 16), 1)
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state
  for (let t = 0; t < 80; t += 1) {
    const mixed = t < 20 ? (b & c) | (~b & d) : t < 40 || t >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d)
    const next = (turned(a, 5) + mixed + e + (constants[Math.trunc(t / 20)] ?? 0) + at(t)) | 0
    e = d
    d = c
    c = turned(b, 30)
    b = a
    a = next
  }
  const [a0 = 0, b0 = 0, c0 = 0, d0 = 0, e0 = 0] = state
  return Int32Array.of(a0 + a, b0 + b, c0 + c, d0 + d, e0 + e)
}

const at = (t: number): number => words[t] ?? 0
const turned = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))
