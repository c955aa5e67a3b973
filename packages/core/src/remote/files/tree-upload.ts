import { ViridianError } from '../../error.ts'
import { differenceOf } from './difference.ts'
import type { Exchange } from './exchange.ts'
import { type Listing, listTree, parseListing } from './listing.ts'
import type { LocalFiles } from './local-files.ts'
import { ownName, pathInList } from './names.ts'
import type { PutOptions, PutResult } from './options.ts'
import { staleAnswer, storeTree } from './store-tree.ts'
import type { Tree } from './tree.ts'

// How often what has changed is sent in vain, since the host's tree has become another one meanwhile; then all is sent.
const triesOfChanges = 4

export interface TreePut {
  /** The host's name. */
  readonly host: string
  readonly tree: Tree
  /** Without a slash at its end. */
  readonly path: string
  readonly options: PutOptions
}

/** Puts a tree on one host. */
export class TreeUpload {
  readonly #exchange: Exchange
  readonly #local: LocalFiles
  readonly #put: TreePut

  constructor(exchange: Exchange, local: LocalFiles, put: TreePut) {
    this.#exchange = exchange
    this.#local = local
    this.#put = put
  }

  async run(): Promise<PutResult> {
    let sent = 0
    for (let tries = 1; ; tries += 1) {
      const result = await this.#try(tries > triesOfChanges)
      sent += result.sent
      if (result.changed !== 'stale') return { changed: result.changed, sent }
    }
  }

  /**
   * Sends what has changed; says `stale` when by then the host's tree is no longer the one that was looked at.
   *
   * @param whole - sends all there is, whatever the host's tree is by then
   */
  async #try(whole: boolean): Promise<{ readonly changed: boolean | 'stale'; readonly sent: number }> {
    const { tree, path, options } = this.#put
    const { owner, compress = false } = options
    const listing = await this.#list()
    const digests = listing.digests.size > 0 ? await tree.digests() : new Map<string, string>()
    const excluded = this.#local.exclusion(tree.directory, options.exclude)
    const difference = differenceOf(tree, digests, listing, excluded, options.delete ?? true)
    const { changed, gone, equal, keeps, isSingle, obstacle } = difference
    if (changed.length === 0 && gone.length === 0) return { changed: false, sent: 0 }
    if (obstacle) {
      const file = obstacle.path === '.' ? path : `${path}/${obstacle.path}`
      throw this.#failure(`${file} ${obstacle.what}`, obstacle.hint)
    }
    const isPart = !whole && (keeps || equal > 0)
    const into = keeps || (isPart && isSingle) ? 'itself' : isPart ? 'copy' : 'nothing'
    const entries = isPart ? changed : tree.entries
    const seen = whole ? [] : stampsOf(tree, listing)
    const before = { gone: gone.map(pathInList), seen: seen.map((each) => `${each}\n`) }
    const { own } = this.#local
    return this.#local.withArchive(tree, { entries, before, compress }, async (input) => {
      const command = storeTree({ path, token: ownName(), own, entries, into, compressed: compress, owner })
      const answer = await this.#exchange({ command, input })
      const isStale = answer.toString().trim() === staleAnswer
      return { changed: isStale ? 'stale' : true, sent: input.size }
    })
  }

  async #list(): Promise<Listing> {
    const { tree, path, options } = this.#put
    const command = listTree(path, tree, options.owner)
    // A host that has something there is about to tell its digests: ours are made meanwhile.
    const onAnswer = (): void => void tree.digests().catch(() => undefined)
    const answer = await this.#exchange({ command, onAnswer })
    const listing = parseListing(answer)
    if (listing) return listing
    throw this.#failure(
      `what ${path} holds was not told to the end`,
      'try again, and look at what find says there',
    )
  }

  #failure(what: string, hint: string): ViridianError {
    const { host } = this.#put
    return new ViridianError('E_REMOTE_FILE', `${host}: ${what}`, { hint, place: { host } })
  }
}

/** Of the directories that both sides have. */
function stampsOf(tree: Tree, { stamps }: Listing): string[] {
  return tree.entries.flatMap(({ path, kind }) => (kind === 'directory' && stamps.get(path)) || [])
}
