import type { Clock } from '../../clock.ts'
import type { BalancerLoad } from '../elb/traffic.ts'
import type { MetricBook } from './metric-book.ts'

/** What the publisher stands on. */
export interface BalancerMetricsParts {
  readonly book: MetricBook
  readonly clock: Clock
  /** How the classic load balancers stand; counts grow as long as a load balancer lives. */
  readonly loads: () => readonly BalancerLoad[]
}

/** Publishes what the proxies have counted, every AWS minute, as classic load balancing does. */
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
      this.#add(load.name, 'HealthyHostCount', load.healthy)
      this.#add(load.name, 'UnHealthyHostCount', load.unhealthy)
      // As on AWS, nothing is reported of what did not happen.
      for (const [metric, count] of Object.entries(this.#counted(load))) {
        if (count > 0) this.#add(load.name, metric, count, count)
      }
    }
    this.#before = new Map(loads.map((load) => [load.name, load]))
  }

  /** What has been counted since the last minute. */
  #counted(load: BalancerLoad): Record<string, number> {
    const before = this.#before.get(load.name)
    // One that has fewer than before is another, of the same name.
    const known = before !== undefined && before.requests <= load.requests ? before : undefined
    const answers = ['2xx', '3xx', '4xx', '5xx'].map((status) => {
      const count = (load.answers[status] ?? 0) - (known?.answers[status] ?? 0)
      return [`HTTPCode_Backend_${status.toUpperCase()}`, count]
    })
    return {
      RequestCount: load.requests - (known?.requests ?? 0),
      HTTPCode_ELB_5XX: load.errors - (known?.errors ?? 0),
      ...Object.fromEntries(answers),
    }
  }

  /** Adds a sample, or a count of so many ones. */
  #add(balancer: string, name: string, value: number, samples?: number): void {
    const dimensions = [{ Name: 'LoadBalancerName', Value: balancer }]
    const one = samples === undefined ? value : 1
    const point = { at: this.#parts.book.now(), count: samples ?? 1, sum: value, min: one, max: one }
    this.#parts.book.add({ namespace: 'AWS/ELB', name, dimensions, unit: 'Count' }, [point])
  }
}
