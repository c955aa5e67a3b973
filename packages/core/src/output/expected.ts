import { elapsed } from '../duration.ts'
import type { Event } from '../events/event.ts'
import type { TimesTaken } from '../journal/times-taken.ts'

/** What is over in less is over before it is read. */
const leastMs = 2000
const second = 1000
const minute = 60 * second

/** How long what runs will take, if it goes as it went in an earlier run. */
export class Expected {
  #times: TimesTaken | undefined
  #began = performance.now()
  /** When each step ended, in milliseconds since the beginning. */
  readonly #ended = new Map<string, number>()

  event(event: Event): void {
    if (event.kind === 'run.started') this.#began = performance.now()
    if (event.kind === 'step.finished') this.#ended.set(event.key, performance.now() - this.#began)
  }

  /** @param times - of the earlier run */
  learn(times: TimesTaken): void {
    this.#times = times
  }

  /** How long a step, a move, a task or a host takes. */
  of(key: string): number | undefined {
    return this.#times?.of(key)
  }

  /** How long the run takes: as far as it has come, as long as it took; from there on, as the earlier one did. */
  get whole(): number | undefined {
    const times = this.#times
    if (times?.whole === undefined) return undefined
    let reached = 0
    let lag = 0
    for (const [key, ended] of this.#ended) {
      const end = times.endOf(key)
      if (end === undefined || end < reached) continue
      reached = end
      lag = ended - end
    }
    return times.whole + lag
  }
}

/** For how long something has run, and of how much, where that is known. */
export function timeOf(ms: number, expected: number | undefined): string {
  const time = elapsed(ms)
  if (expected === undefined) return time
  if (ms > expected * 1.5 + 5 * second) return `${time}, longer than usual`
  return expected < leastMs ? time : `${time} of about ${roughly(expected)}`
}

/** In seconds, from a minute on in steps of five, from ten minutes on in minutes. */
function roughly(ms: number): string {
  const seconds = Math.round(ms / second)
  if (seconds < 60) return `${seconds}s`
  const step = ms < 10 * minute ? 5 * second : minute
  return elapsed(Math.round(ms / step) * step)
}
