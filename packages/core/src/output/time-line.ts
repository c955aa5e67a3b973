import { elapsed } from '../duration.ts'
import type { Event } from '../events/event.ts'
import { cut, padEnd, widthOf } from './width.ts'

/** A line of a time line. */
export interface Span {
  readonly title: string
  readonly from: number
  readonly to: number
  readonly failed: boolean
}

const widestBar = 32
const widestTitle = 52
/** Of a title and a bar together; in less, neither says anything. */
const least = 16
/** Two gaps, and how long a step took. */
const aside = 2 + 2 + 7

/** Collects the steps at the top of a run, and draws when each ran beside the others. */
export class TimeLine {
  readonly #spans = new Map<string, { -readonly [Member in keyof Span]: Span[Member] }>()

  event(event: Event): void {
    if (event.kind === 'step.started' && event.parent === undefined) {
      const at = Date.parse(event.at)
      this.#spans.set(event.key, { title: event.title, from: at, to: at, failed: false })
    }
    const span = 'key' in event ? this.#spans.get(event.key) : undefined
    if (!span || (event.kind !== 'step.finished' && event.kind !== 'step.failed')) return
    span.to = Date.parse(event.at)
    span.failed = event.kind === 'step.failed'
  }

  /** @param columns - how wide a line may be; none where that is too narrow */
  lines(columns = Number.POSITIVE_INFINITY): string[] {
    return timeLine([...this.#spans.values()], columns)
  }
}

/** Draws when each of them was beside the others; nothing for one alone. */
export function timeLine(spans: readonly Span[], columns = Number.POSITIVE_INFINITY): string[] {
  const room = columns - aside
  if (spans.length < 2 || room < least) return []
  const bar = Math.min(widestBar, Math.floor(room * 0.4))
  const title = Math.min(widestTitle, room - bar, Math.max(...spans.map((span) => widthOf(span.title))))
  const from = Math.min(...spans.map((span) => span.from))
  const scale = bar / Math.max(1, Math.max(...spans.map((span) => span.to)) - from)
  return spans.map((span) => {
    const start = Math.min(bar - 1, Math.floor((span.from - from) * scale))
    const length = Math.max(1, Math.min(bar - start, Math.round((span.to - span.from) * scale)))
    const drawn = `${' '.repeat(start)}${(span.failed ? '▒' : '█').repeat(length)}`.padEnd(bar)
    return `${padEnd(cut(span.title, title), title)}  ${drawn}  ${elapsed(span.to - span.from).padStart(7)}`
  })
}
