import type { Clock } from '../../clock.ts'
import type { BalancerLoad } from '../elb/traffic.ts'
import type { MetricBook } from './metric-book.ts'

/** What the publisher stands on. */
export interface BalancerMetricsParts {
  readonly book: MetricBook
  readonly clock: Clock
  /** How the load balancers stand; counts grow as long as a load balancer lives. */
  readonly loads: () => readonly BalancerLoad[]
}

/** Publishes what the proxies have counted, every AWS minute, as load balancing does. */
export class BalancerMetrics {
  readonly #parts: BalancerMetricsParts
  #before = new Map<string, BalancerLoad>()
  #timer: NodeJS.Timeout | undefined

  constructor(parts: BalancerMetricsParts) {
    this.#parts = parts
  }

  start(): void {
    const minute = Math.max(20, this.#parts.clock.milliseconds(60))
    this.#timer = setInterval(() => this.#publish(), minute)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #publish(): void {
    const loads = this.#parts.loads()
    for (const load of loads) {
      for (const [metric, value] of Object.entries(load.gauges)) this.#add(load, metric, value)
      const { share = 1, steady = [] } = load
      // As on AWS, nothing is reported of most things that did not happen.
      for (const [metric, count] of Object.entries(this.#counted(load))) {
        if (count > 0) this.#add(load, metric, count / share, count)
        else if (steady.includes(metric)) this.#add(load, metric, 0)
      }
    }
    this.#before = new Map(loads.map((load) => [keyOf(load), load]))
  }

  /** What has been counted since the last minute. */
  #counted(load: BalancerLoad): Record<string, number> {
    const before = this.#before.get(keyOf(load))?.counts ?? {}
    const counted = Object.entries(load.counts)
    // One that has fewer than before is another, of the same name.
    const known = counted.every(([metric, count]) => (before[metric] ?? 0) <= count) ? before : {}
    return Object.fromEntries(counted.map(([metric, count]) => [metric, count - (known[metric] ?? 0)]))
  }

  /** Adds a sample, or a count of so many ones. */
  #add({ namespace, dimensions }: BalancerLoad, name: string, value: number, samples?: number): void {
    const one = samples === undefined ? value : 1
    const point = { at: this.#parts.book.now(), count: samples ?? 1, sum: value, min: one, max: one }
    this.#parts.book.add({ namespace, name, dimensions, unit: 'Count' }, [point])
  }
}

function keyOf({ namespace, dimensions, counts }: BalancerLoad): string {
  return JSON.stringify([namespace, dimensions, Object.keys(counts)])
}
