import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { ViridianError } from '../../error.ts'
import { withStream } from '../input/stream.ts'
import { isSized, withUnsized } from '../input/unsized.ts'
import { onLocalFile } from '../local-file-error.ts'
import type { Input } from '../transport.ts'
import { differenceOf } from './difference.ts'
import type { Exchange } from './exchange.ts'
import { exclusionOf } from './exclusion.ts'
import { digestFile, settleFile, storeFile } from './file-commands.ts'
import { type Listing, listTree, parseListing } from './listing.ts'
import type { LocalFiles } from './local-files.ts'
import { pathInList } from './names.ts'
import type { PutOptions, PutResult, PutSource, WriteOptions } from './options.ts'
import { staleAnswer, storeTree } from './store-tree.ts'
import { render } from './template.ts'
import type { Tree } from './tree.ts'

// Below it, to ask whether the host has a file takes as long as to send it.
const worthAsking = 64 * 1024

// How often what has changed is sent in vain, since the host's tree has become another one meanwhile; then all is sent.
const triesOfChanges = 4

const unchanged: PutResult = { changed: false, sent: 0 }

const nothing: Listing = {
  entries: new Map(),
  digests: new Map(),
  foreign: new Set(),
  unreadable: [],
  mounts: [],
  stamps: new Map(),
}

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
    const { size, mtimeMs, ino } = found
    const content = { file: local, size, version: `${size} ${mtimeMs} ${ino}` }
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
    const file = { path, size: input.size, token: token(), ...(mode !== undefined && { mode }) }
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
    return this.#local.withTree(local, options, (tree) => this.#update(tree, path, options))
  }

  async #update(tree: Tree, path: string, options: PutOptions): Promise<PutResult> {
    let sent = 0
    for (let tries = 1; ; tries += 1) {
      const result = await this.#tryUpdate(tree, path, options, tries > triesOfChanges)
      sent += result.sent
      if (result.changed !== 'stale') return { changed: result.changed, sent }
    }
  }

  /**
   * Sends what has changed; says `stale` when by then the host's tree is no longer the one that was looked at.
   *
   * @param whole - sends all there is, whatever the host's tree is by then
   */
  async #tryUpdate(
    tree: Tree,
    path: string,
    options: PutOptions,
    whole: boolean,
  ): Promise<{ readonly changed: boolean | 'stale'; readonly sent: number }> {
    const { owner, compress = false } = options
    const listing = await this.#list(tree, path, owner)
    const digests = listing.digests.size > 0 ? await tree.digests() : new Map<string, string>()
    const excluded = exclusionOf(options.exclude ?? [])
    const difference = differenceOf(tree, digests, listing, excluded, options.delete ?? true)
    const { changed, gone, equal, keeps, obstacle } = difference
    if (changed.length === 0 && gone.length === 0) return unchanged
    if (obstacle) {
      const file = obstacle.path === '.' ? path : `${path}/${obstacle.path}`
      throw this.#failure(`${file} ${obstacle.what}`, obstacle.hint)
    }
    const isPart = !whole && (keeps || equal > 0)
    const into = keeps ? 'itself' : isPart ? 'copy' : 'nothing'
    const entries = isPart ? changed : tree.entries
    const seen = whole ? [] : stampsOf(tree, listing)
    const before = { gone: gone.map(pathInList), seen: seen.map((each) => `${each}\n`) }
    const { own } = this.#local
    return this.#local.withArchive(tree, { entries, before, compress }, async (input) => {
      const command = storeTree({ path, token: token(), own, entries, into, compressed: compress, owner })
      const answer = await this.#exchange({ command, input })
      const isStale = answer.toString().trim() === staleAnswer
      return { changed: isStale ? 'stale' : true, sent: input.size }
    })
  }

  async #list(tree: Tree, path: string, owner: string | undefined): Promise<Listing> {
    const answer = await this.#exchange({ command: listTree(path, tree, owner) })
    if (answer.length === 0) return nothing
    const listing = parseListing(answer)
    if (listing) return listing
    throw this.#failure(
      `what ${path} holds was not told to the end`,
      'try again, and look at what find says there',
    )
  }

  #failure(what: string, hint: string): ViridianError {
    return new ViridianError('E_REMOTE_FILE', `${this.#host}: ${what}`, { hint, place: { host: this.#host } })
  }
}

/** Of the directories that both sides have. */
function stampsOf(tree: Tree, { stamps }: Listing): string[] {
  return tree.entries.flatMap(({ path, kind }) => (kind === 'directory' && stamps.get(path)) || [])
}

function token(): string {
  return `.viridian-${randomBytes(6).toString('hex')}`
}

function refuseOwner(owner: string | undefined): void {
  if (owner === undefined || /^(?!-)(?:[^:\s]+:?[^:\s]*|:[^:\s]+)$/.test(owner)) return
  throw new ViridianError('E_PUT_OPTIONS', `"${owner}" is no owner`, {
    hint: 'write it as user, user:group or :group',
  })
}

function refuseDirectoryPath(remote: string): void {
  if (!remote.endsWith('/')) return
  throw new ViridianError('E_PUT_OPTIONS', `${remote} names a directory, and what is put there has no name`, {
    hint: 'write the name of the file behind it',
  })
}
