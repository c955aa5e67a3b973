import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'

// Python's surrogateescape: a byte that is no UTF-8 stands as half a character, which no UTF-8 gives.
const escapes = 0xdc00

/** A name that a host gave, which may be any bytes, as a text that `bytesOf` brings back. */
export function nameOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  let name = ''
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find(
      (each) => at + each <= bytes.length && isUtf8(bytes.subarray(at, at + each)),
    )
    name +=
      length === undefined
        ? String.fromCharCode(escapes + (bytes[at] ?? 0))
        : bytes.toString('utf8', at, at + length)
    at += length ?? 1
  }
  return name
}

const escaped = /[\udc80-\udcff]/gu

/** Whether a name that `nameOf` gave is text. */
export const isText = (name: string): boolean => name.search(escaped) < 0

/** The same as people read it: the bytes that are no UTF-8 in hex. */
export const shownName = (name: string): string =>
  name.replaceAll(escaped, (byte) => `\\x${(byte.charCodeAt(0) - escapes).toString(16)}`)

/** The bytes of a name that `nameOf` gave. */
export function bytesOf(name: string): Buffer {
  if (isText(name)) return Buffer.from(name)
  return Buffer.concat(
    Array.from(name, (character) => {
      const code = character.charCodeAt(0)
      return character.length === 1 && code >= escapes + 0x80 && code <= escapes + 0xff
        ? Buffer.from([code - escapes])
        : Buffer.from(character)
    }),
  )
}

/** A path of a tree as `xargs -0` takes it. */
export const pathInList = (path: string): string => `./${path}\0`

/** Finds what `ownName` gives. */
export const ownNames = /\.viridian-[\da-f]{12}/g

/** A name for what is ours and is there for a while: such as nobody else gives. */
export const ownName = (): string => `.viridian-${randomBytes(6).toString('hex')}`
