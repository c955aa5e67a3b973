import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { ViridianError } from '../../error.ts'
import { failedOn, localFileError, onLocalFile } from '../local-file-error.ts'
import type { Exchange } from './exchange.ts'
import { readAny, readFile } from './file-commands.ts'
import { Landing } from './landing.ts'
import type { LocalFiles } from './local-files.ts'
import { removeLocalLeftovers } from './local-leftovers.ts'
import type { ReadOptions } from './options.ts'

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
      target.endsWith('/') ? join(target, directoryOf(this.#host, target), nameOf(remote, target)) : target,
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
    await onLocalFile(path, 'write', () => mkdir(dirname(path), { recursive: true }))
    await removeLocalLeftovers(dirname(path))
    const landing = new Landing(path, {
      'where tasks runs': process.cwd(),
      'where the task file is': this.#local.directory,
      'your home': process.env.HOME,
    })
    const onBytes = (chunk: Buffer): void => {
      try {
        landing.take(chunk)
      } catch (cause) {
        throw failedOn(path, 'write', cause)
      }
    }
    const remarks: string[] = []
    const onRemarks = (text: string): void => {
      for (const [, remark = ''] of text.matchAll(/^(?:tar|get): (.*)$/gm)) remarks.push(remark)
    }
    try {
      await this.#exchange({ command: readAny(remote), onBytes, onRemarks })
      await onLocalFile(path, 'write', () => landing.end())
    } finally {
      await landing.close()
    }
    for (const path of landing.leftOut) remarks.push(`${path}: a pipe or device, left out`)
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

/** A host may be called by a tag, which anybody may have written who may write tags. */
function directoryOf(host: string, target: string): string {
  if (basename(host) === host && host !== '.' && host !== '..') return host
  throw localFileError(target, `${host} is no name for a directory in ${target}`, 'write out the local path')
}

function nameOf(remote: string, target: string): string {
  const name = basename(remote)
  if (name !== '' && name !== '.' && name !== '..') return name
  throw localFileError(target, `${remote} has no name for its copy in ${target}`, 'write the name behind it')
}

function tooLarge(host: string, remote: string, limit: number): ViridianError {
  return new ViridianError('E_REMOTE_FILE_SIZE', `${host}: ${remote} is larger than ${limit} bytes`, {
    hint: 'give read a higher limit, or get the file',
    place: { host },
  })
}
