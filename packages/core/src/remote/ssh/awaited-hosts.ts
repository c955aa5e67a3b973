import { formatDuration } from '../../duration.ts'
import { type HostReason, reasonLines } from '../hosts/reasons.ts'
import type { Target } from './target.ts'
import { reasonOf } from './unreachable.ts'

// Hosts that are begun with at once are not reached at once either.
const togetherMs = 2_000

/** Tells a person of hosts that let themselves be waited for: those of about the same moment together. */
export class AwaitedHosts {
  readonly #note: (text: string) => void
  #hosts: HostReason[] = []
  #longest = 0

  constructor(note: (text: string) => void) {
    this.#note = note
  }

  /** This one is tried again. */
  add({ name, address, connectTimeout }: Target, cause: unknown): void {
    if (this.#hosts.length === 0) setTimeout(() => this.#tell(), togetherMs).unref()
    this.#hosts.push({ name, address, message: `${name}: ${reasonOf(cause)}` })
    this.#longest = Math.max(this.#longest, connectTimeout)
  }

  #tell(): void {
    const lines = reasonLines(this.#hosts)
    const head = `not reached yet, and tried for ${formatDuration(this.#longest)}:`
    this.#note(lines.length === 1 ? `${head} ${lines.join('').trim()}` : [head, ...lines].join('\n'))
    this.#hosts = []
    this.#longest = 0
  }
}
