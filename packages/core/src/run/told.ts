import type { Event } from '../events/event.ts'
import type { Told } from '../journal/record.ts'
import { asJson } from '../step/performance.ts'

/** What a run tells at its end, kept for its last record. */
export class ToldAtEnd {
  readonly #told: Told[] = []

  hear(given: Event): void {
    if (given.kind !== 'plugin' || !given.event.atEnd) return
    const { kind, data, text = [] } = given.event
    const members = Object.entries(data).map(([name, value]) => [name, asJson(value)] as const)
    this.#told.push({ kind, data: Object.fromEntries(members), text })
  }

  get all(): readonly Told[] {
    return this.#told
  }
}
