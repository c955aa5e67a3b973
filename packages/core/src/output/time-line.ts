import type { Event } from '../events/event.ts'
import { elapsed } from './elapsed.ts'
import { cut, padEnd, widthOf } from './width.ts'

interface Span {
  readonly title: string
  readonly from: number
  to: number
  failed: boolean
}

const barWidth = 32

/** Collects the steps at the top of a run, and draws when each ran beside the others. */
export class TimeLine {
  readonly #spans = new Map<string, Span>()

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

  lines(): string[] {
    const spans = [...this.#spans.values()]
    if (spans.length < 2) return []
    const from = Math.min(...spans.map((span) => span.from))
    const scale = barWidth / Math.max(1, Math.max(...spans.map((span) => span.to)) - from)
    const width = Math.min(52, Math.max(...spans.map((span) => widthOf(span.title))))
    return spans.map((span) => {
      const start = Math.min(barWidth - 1, Math.floor((span.from - from) * scale))
      const length = Math.max(1, Math.min(barWidth - start, Math.round((span.to - span.from) * scale)))
      const bar = `${' '.repeat(start)}${(span.failed ? '▒' : '█').repeat(length)}`.padEnd(barWidth)
      return `${padEnd(cut(span.title, width), width)}  ${bar}  ${elapsed(span.to - span.from).padStart(7)}`
    })
  }
}
