import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { ViridianError } from '../../error.ts'
import { withStream } from '../input/stream.ts'
import { isSized, withUnsized } from '../input/unsized.ts'
import { onLocalFile } from '../local-file-error.ts'
import type { Input } from '../transport.ts'
import type { Exchange } from './exchange.ts'
import { digestFile, settleFile, storeFile } from './file-commands.ts'
import type { LocalFiles } from './local-files.ts'
import { ownName } from './names.ts'
import type { PutOptions, PutResult, PutSource, WriteOptions } from './options.ts'
import { render } from './template.ts'
import { TreeUpload } from './tree-upload.ts'

// Below it, to ask whether the host has a file takes as long as to send it.
const worthAsking = 64 * 1024

const unchanged: PutResult = { changed: false, sent: 0 }

/** Puts files on one host. */
export class Upload {
  readonly #exchange: Exchange
  readonly #local: LocalFiles
  readonly #host: string
  readonly #signal: AbortSignal

  /**
   * @param host - its name
   * @param signal - when aborted, no more of a stream is read
   */
  constructor(exchange: Exchange, local: LocalFiles, host: string, signal: AbortSignal) {
    this.#exchange = exchange
    this.#local = local
    this.#host = host
    this.#signal = signal
  }

  /** A remote path that ends in `/` gets the local name. */
  async put(source: PutSource, remote: string, options: PutOptions): Promise<PutResult> {
    refuseOwner(options.owner)
    refuseMode(options.mode)
    if (typeof source === 'string') return this.#putPath(this.#local.resolve(source), remote, options)
    refuseDirectoryPath(remote)
    if (source instanceof Uint8Array) return this.#putBytes(source, remote, options)
    if ('text' in source) return this.#putBytes(Buffer.from(source.text), remote, options)
    if (!('template' in source)) return this.#putStream(source, remote, options)
    const text = await render(source.template, source.data, (path) => this.#local.resolve(path))
    return this.#putBytes(Buffer.from(text), remote, options)
  }

  async #putPath(local: string, remote: string, options: PutOptions): Promise<PutResult> {
    const path = remote.endsWith('/') ? `${remote}${basename(local)}` : remote
    const found = await onLocalFile(local, 'upload', () => stat(local))
    if (found.isDirectory()) return this.#putTree(local, path, options)
    if (isSized(found)) return this.#putFile(local, found, path, options)
    // The mode of a pipe says nothing of what comes out of it.
    const settings = found.isFile() ? { ...options, mode: options.mode ?? found.mode & 0o777 } : options
    return withUnsized(local, found, this.#signal, (input) => this.#store(path, input, settings))
  }

  async #putFile(local: string, found: Stats, path: string, options: PutOptions): Promise<PutResult> {
    const { size, mtime, mtimeMs, ino } = found
    const content = { file: local, size, mtime, version: `${size} ${mtimeMs} ${ino}` }
    const settings = { ...options, mode: options.mode ?? found.mode & 0o7777 }
    if (size >= worthAsking) {
      const answer = await this.#exchange({ command: digestFile(path, size) })
      const [there] = /[0-9a-f]{64}/.exec(answer.toString()) ?? []
      if (there !== undefined && there === (await this.#local.digest(content))) {
        await this.#exchange({ command: settleFile(path, settings) })
        return unchanged
      }
    }
    return this.#local.withContent(content, (chunks) => this.#store(path, { size, chunks }, settings))
  }

  #putBytes(bytes: Uint8Array, path: string, options: WriteOptions): Promise<PutResult> {
    return this.#store(path, { size: bytes.length, chunks: () => [bytes] }, options)
  }

  #putStream(
    source: AsyncIterable<string | Uint8Array>,
    path: string,
    options: WriteOptions,
  ): Promise<PutResult> {
    return withStream(source, this.#signal, (input) => this.#store(path, input, options))
  }

  async #store(path: string, input: Input, { mode, owner }: WriteOptions): Promise<PutResult> {
    const file = { path, size: input.size, token: ownName(), ...(mode !== undefined && { mode }) }
    const command = storeFile({ ...file, ...(owner !== undefined && { owner }) })
    const answer = await this.#exchange({ command, input })
    return { changed: answer.toString().trim() !== 'same', sent: input.size }
  }

  #putTree(local: string, remote: string, options: PutOptions): Promise<PutResult> {
    if (options.mode !== undefined) {
      throw new ViridianError('E_PUT_OPTIONS', `${local} is a directory: its files keep their modes`, {
        hint: 'leave the option mode out, and give the files their modes here',
        place: { file: local },
      })
    }
    const path = remote.replace(/(?<=.)\/+$/, '')
    return this.#local.withTree(local, options, (tree) =>
      new TreeUpload(this.#exchange, this.#local, { host: this.#host, tree, path, options }).run(),
    )
  }
}

function refuseOwner(owner: string | undefined): void {
  if (owner === undefined || /^(?!-)(?:[^:\s]+:?[^:\s]*|:[^:\s]+)$/.test(owner)) return
  throw new ViridianError('E_PUT_OPTIONS', `"${owner}" is no owner`, {
    hint: 'write it as user, user:group or :group',
  })
}

/** A sticky bit means nothing on a file, and shows a mode that was written without its 0o. */
function refuseMode(mode: number | undefined): void {
  if (mode === undefined || (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777 && (mode & 0o1000) === 0))
    return
  const read = Number.isInteger(mode) ? `, which is 0o${mode.toString(8)},` : ''
  throw new ViridianError('E_PUT_OPTIONS', `${JSON.stringify(mode)}${read} is no mode of a file`, {
    hint: 'write it in octal, as a number: 0o644, 0o755',
  })
}

function refuseDirectoryPath(remote: string): void {
  if (!remote.endsWith('/')) return
  throw new ViridianError('E_PUT_OPTIONS', `${remote} names a directory, and what is put there has no name`, {
    hint: 'write the name of the file behind it',
  })
}
