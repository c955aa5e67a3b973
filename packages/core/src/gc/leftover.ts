import type { Steps } from '../step/steps.ts'

/** Something in the account that a run has made or changed, in use or not. */
export interface Leftover {
  /** As steps name what they touch: `image/ami-1`, `group/web--1`. */
  readonly thing: string
  /** In words: `image ami-1 of web`. */
  readonly title: string
  /** The run that it is of. @default that of the thing which has `needed` it, or which it is `of` */
  readonly run?: string
  /** The thing that will be gone, and that alone had a use for it. */
  readonly of?: string
  /** Since when it may be of no use, ISO 8601. @default since its run began */
  readonly since?: string
  /** Who or what uses it: `i-1, which is running, was launched from it`. It stays, and so does what is `needed`. */
  readonly inUse?: string
  /** Why nobody but a person can tell what should become of it, and what to do. It stays until then. */
  readonly undecided?: string
  /** Of those that follow one another in a series, the newest ones stay: images of one name. */
  readonly series?: string
  /** Things that are of no more use once it is gone, unless others use them: the launch source of a group. */
  readonly needed?: readonly string[]
  /** Names by which others may use it: a balancer's in DNS. */
  readonly names?: readonly string[]
  /** While it stays, so does everything of its run. */
  readonly holds?: boolean
  /** Takes it away for good, by steps. */
  remove(t: Steps): Promise<void>
}

/**
 * What runs leave behind of one kind, for `tasks gc`.
 *
 * @example
 * ```ts
 * const images: LeftoverKind = {
 *   kind: 'image', after: ['instance', 'launch-source'],
 *   find: async (t, going) => {
 *     const found = await t.step(findImages, { without: going.things })
 *     return found.map(({ id, run }) => ({
 *       thing: `image/${id}`, title: `image ${id}`, run, remove: (t) => instances.removeImages(t, [id]),
 *     }))
 *   },
 * }
 * ```
 */
export interface LeftoverKind {
  /** `image`, `group`: unique. */
  readonly kind: string
  /** The kinds that are found, and removed, before: what they hold is free then. */
  readonly after?: readonly string[]
  /**
   * Finds everything of its kind that runs have made, in use or not, by steps that only read.
   *
   * @param going - what of earlier kinds will be removed: it uses nothing
   */
  find(t: Steps, going: Going): Promise<readonly Leftover[]>
}

/** What will be removed, for the kinds behind it. */
export interface Going {
  /** All of them, as steps name things: `group/web--1`. */
  readonly things: string[]
  /** The names of those of one kind, as steps name things: for `group`, `web--1` of `group/web--1`. */
  named(kind: string): string[]
  /** The names of what they have needed, and nobody else may need. */
  needed(kind: string): string[]
}

/** That something uses a thing which another plugin has found. */
export interface Use {
  /** As its finder names it: `load-balancer/web`. */
  readonly thing: string
  /** By whom: `www.example.com leads to it`. */
  readonly by: string
}
