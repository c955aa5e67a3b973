import { closeSync, openSync, writeSync } from 'node:fs'
import { chmod, lstat, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { localFileError, onLocalFile } from '../local-file-error.ts'
import { oldOf } from './local-leftovers.ts'
import { ownName } from './names.ts'
import { removeTree } from './remove-tree.ts'
import { Unpacking } from './unpacking.ts'

/** Takes what a host says of a file or a directory: bytes after its first line. */
interface Sink {
  take(chunk: Buffer): void
  /** All of it has come. */
  end(): Promise<void>
  /** Lets go of what is open. */
  close(): void
}

const headLength = 11

/** A file or a directory that comes from a host, as its first line tells: beside its place until all of it has come. */
export class Landing {
  readonly #path: string
  readonly #part: string
  readonly #inUse: Readonly<Record<string, string | undefined>>
  #head = Buffer.alloc(0)
  #sink: Sink | undefined

  /** @param inUse - directories that no other one takes the place of, by what is there */
  constructor(path: string, inUse: Readonly<Record<string, string | undefined>>) {
    this.#path = path
    this.#part = join(dirname(path), ownName())
    this.#inUse = inUse
  }

  take(chunk: Buffer): void {
    if (this.#sink === undefined) this.#begin(chunk)
    else this.#sink.take(chunk)
  }

  #begin(chunk: Buffer): void {
    this.#head = Buffer.concat([this.#head, chunk])
    if (this.#head.length < headLength) return
    const says = this.#head.toString('latin1', 0, headLength)
    const mode = modeOf(says)
    this.#sink = says.startsWith('d') ? new Unpacking(this.#part, mode) : new LandingFile(this.#part, mode)
    this.#sink.take(this.#head.subarray(headLength))
  }

  /** All of it has come: puts it in its place. */
  async end(): Promise<void> {
    if (this.#sink === undefined) throw new Error('the host said nothing of it')
    await this.#sink.end()
    if (this.#sink instanceof Unpacking) await this.#exchange()
    else await rename(this.#part, this.#path)
  }

  /** Puts a directory in the place of the one that was there. */
  async #exchange(): Promise<void> {
    const path = this.#path
    const found = await lstat(path).catch(() => undefined)
    if (found === undefined) return rename(this.#part, path)
    if (!found.isDirectory()) throw notReplaced(path, 'no directory')
    for (const [what, directory] of Object.entries(this.#inUse))
      if (directory !== undefined && isInside(directory, path))
        throw notReplaced(path, `${what}, or above it`)
    const old = oldOf(this.#part)
    await rename(path, old)
    try {
      await rename(this.#part, path)
    } catch (cause) {
      await rename(old, path)
      throw cause
    }
    await onLocalFile(old, 'remove', () => removeTree(old))
  }

  /** What stood in a directory and was not made here. */
  get leftOut(): readonly string[] {
    return this.#sink instanceof Unpacking ? this.#sink.leftOut : []
  }

  /** Lets go of it; what has not come to its place is gone. */
  async close(): Promise<void> {
    this.#sink?.close()
    await removeTree(this.#part)
  }
}

class LandingFile implements Sink {
  readonly #part: string
  readonly #mode: number
  readonly #file: number

  constructor(part: string, mode: number) {
    this.#part = part
    this.#mode = mode
    this.#file = openSync(part, 'wx', 0o600)
  }

  // Written at once, so that a slow disk slows the transfer down instead of filling memory.
  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at += writeSync(this.#file, chunk, at)
  }

  end(): Promise<void> {
    return chmod(this.#part, this.#mode)
  }

  close(): void {
    closeSync(this.#file)
  }
}

// rwxr-x--- behind the letter of the kind; a set-user-id bit does not travel.
function modeOf(says: string): number {
  const bits = [...says.slice(1, 10)].map((letter, index) => {
    const isSet = index % 3 === 2 ? /[xst]/.test(letter) : letter !== '-'
    return isSet ? 1 : 0
  })
  return Number.parseInt(bits.join(''), 2)
}

const isInside = (path: string, directory: string): boolean => `${path}/`.startsWith(`${directory}/`)

const notReplaced = (path: string, what: string): Error =>
  localFileError(path, `${path} is ${what}: it is not replaced by a directory`, 'give another local path')
