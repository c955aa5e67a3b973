import { randomBytes } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { chmod, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { Writable } from 'node:stream'
import { ViridianError } from '../../error.ts'
import { failedOn, localFileError, onLocalFile } from '../local-file-error.ts'
import type { Exchange } from './exchange.ts'
import { readAny, readFile } from './file-commands.ts'
import type { LocalFiles } from './local-files.ts'
import type { ReadOptions } from './options.ts'
import { Unpacking } from './unpacking.ts'

/** Takes what a host says of a file or a directory: bytes after its first line. */
interface Sink {
  take(chunk: Buffer): void
  /** All of it has come. */
  end(): Promise<void>
  /** Lets go of what is open. */
  close(): void
}

const usualLimit = 16 * 1024 * 1024

/** Gets files from one host. */
export class Download {
  readonly #exchange: Exchange
  readonly #local: LocalFiles
  readonly #host: string
  readonly #warn: (text: string) => void

  constructor(exchange: Exchange, local: LocalFiles, host: string, warn: (text: string) => void) {
    this.#exchange = exchange
    this.#local = local
    this.#host = host
    this.#warn = warn
  }

  /** A local path that ends in `/` gets the host's name and the remote one. */
  async get(remote: string, target: string | Writable): Promise<void> {
    if (typeof target !== 'string') return this.#stream(remote, target)
    const path = this.#local.resolve(
      target.endsWith('/') ? join(target, this.#host, nameOf(remote, target)) : target,
    )
    const giveBack = this.#local.claims.claim(path, this.#host)
    try {
      await this.#take(remote, path)
    } catch (error) {
      giveBack()
      throw error
    }
  }

  async #take(remote: string, path: string): Promise<void> {
    const part = `${path}.viridian-${randomBytes(6).toString('hex')}`
    await onLocalFile(path, 'write', () => mkdir(dirname(path), { recursive: true }))
    const arriving = new Arriving(path, part)
    const onBytes = (chunk: Buffer): void => {
      try {
        arriving.take(chunk)
      } catch (cause) {
        throw failedOn(path, 'write', cause)
      }
    }
    const remarks: string[] = []
    const onRemarks = (text: string): void => {
      for (const [, remark = ''] of text.matchAll(/^tar: (.*)$/gm)) remarks.push(remark)
    }
    try {
      await this.#exchange({ command: readAny(remote), onBytes, onRemarks })
      await onLocalFile(path, 'write', () => arriving.end())
    } finally {
      arriving.close()
      await removeTree(part)
    }
    for (const path of arriving.leftOut) remarks.push(`${path}: a pipe or device, left out`)
    if (remarks.length > 0) this.#warn(`${this.#host}: got ${remote}, but not as it is: ${listed(remarks)}`)
  }

  async read(remote: string, { limit = usualLimit }: ReadOptions): Promise<Buffer> {
    const chunks: Buffer[] = []
    let size = 0
    const onBytes = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limit) throw tooLarge(this.#host, remote, limit)
      chunks.push(chunk)
    }
    await this.#exchange({ command: readFile(remote), onBytes })
    return Buffer.concat(chunks)
  }

  async #stream(remote: string, target: Writable): Promise<void> {
    let failure: Error | undefined
    const fail = (error: Error): void => {
      failure = error
    }
    const refuseDead = (): void => {
      if (failure) throw failure
      if (target.destroyed || target.writableEnded) throw streamClosed(this.#host, remote)
    }
    target.on('error', fail)
    const onBytes = async (chunk: Buffer): Promise<void> => {
      refuseDead()
      if (!target.write(chunk)) await drained(target)
    }
    try {
      await this.#exchange({ command: readFile(remote), onBytes })
      refuseDead()
    } finally {
      target.off('error', fail)
    }
  }
}

function listed(remarks: readonly string[]): string {
  const shown = remarks.slice(0, 5)
  const more = remarks.length - shown.length
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

/** Also when it never will be: how it ended, is seen then. */
function drained(target: Writable): Promise<void> {
  const signs = ['drain', 'close', 'error']
  return new Promise((resolve) => {
    const go = (): void => {
      for (const sign of signs) target.off(sign, go)
      resolve()
    }
    for (const sign of signs) target.on(sign, go)
  })
}

function streamClosed(host: string, remote: string): ViridianError {
  const what = `${host}: the stream that ${remote} was got into was closed before all of it had come`
  return new ViridianError('E_LOCAL_FILE', what, {
    hint: 'leave it open until get is done: get does not end it',
    place: { host },
  })
}

function nameOf(remote: string, target: string): string {
  const name = basename(remote)
  if (name !== '' && name !== '.' && name !== '..') return name
  throw localFileError(target, `${remote} has no name for its copy in ${target}`, 'write the name behind it')
}

const headLength = 11

/** What comes from the host, told from its first line on where it goes. */
class Arriving {
  readonly #path: string
  readonly #part: string
  #head = Buffer.alloc(0)
  #sink: Sink | undefined

  constructor(path: string, part: string) {
    this.#path = path
    this.#part = part
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
    this.#sink = says.startsWith('d') ? new Unpacking(this.#part, mode) : new ArrivingFile(this.#part, mode)
    this.#sink.take(this.#head.subarray(headLength))
  }

  async end(): Promise<void> {
    if (this.#sink === undefined) throw new Error('the host said nothing of it')
    await this.#sink.end()
    if (this.#sink instanceof Unpacking) await exchange(this.#part, this.#path)
    else await rename(this.#part, this.#path)
  }

  /** What stood in a directory and was not made here. */
  get leftOut(): readonly string[] {
    return this.#sink instanceof Unpacking ? this.#sink.leftOut : []
  }

  close(): void {
    this.#sink?.close()
  }
}

class ArrivingFile implements Sink {
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

/** Puts a directory in the place of the one that was there. */
async function exchange(part: string, path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return rename(part, path)
  const toHere = relative(path, process.cwd())
  if (!found.isDirectory() || toHere === '' || !toHere.startsWith('..')) {
    const what = `${path} is ${found.isDirectory() ? 'the directory that tasks runs in' : 'no directory'}`
    throw localFileError(path, `${what}: it is not replaced by one`, 'give another local path')
  }
  const old = `${part}.old`
  await rename(path, old)
  try {
    await rename(part, path)
  } catch (cause) {
    await rename(old, path)
    throw cause
  }
  await onLocalFile(old, 'remove', () => removeTree(old))
}

/** Also directories that their owner may not write to. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch {
    await unlock(path)
    await rm(path, { recursive: true, force: true })
  }
}

async function unlock(directory: string): Promise<void> {
  await chmod(directory, 0o700)
  const inside = await readdir(directory, { withFileTypes: true })
  for (const each of inside) if (each.isDirectory()) await unlock(join(directory, each.name))
}

function tooLarge(host: string, remote: string, limit: number): ViridianError {
  return new ViridianError('E_REMOTE_FILE_SIZE', `${host}: ${remote} is larger than ${limit} bytes`, {
    hint: 'give read a higher limit, or get the file',
    place: { host },
  })
}
