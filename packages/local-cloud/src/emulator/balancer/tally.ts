import type { RequestCounts } from '../hardware/balancers.ts'

/** Counts requests and their answers, for a larger tally too if it is a part of one. */
export class Tally {
  readonly #whole: Tally | undefined
  #requests = 0
  #balancerErrors = 0
  readonly #byClass: Record<string, number> = {}

  constructor(whole?: Tally) {
    this.#whole = whole
  }

  request(): void {
    this.#whole?.request()
    this.#requests++
  }

  answer(status: number): void {
    this.#whole?.answer(status)
    this.#count(status)
  }

  #count(status: number): void {
    const name = `${Math.floor(status / 100)}xx`
    this.#byClass[name] = (this.#byClass[name] ?? 0) + 1
  }

  /** An answer that is the balancer's own. */
  error(status: number): void {
    this.#whole?.error(status)
    this.#balancerErrors++
    this.#count(status)
  }

  get counts(): RequestCounts {
    return { requests: this.#requests, balancerErrors: this.#balancerErrors, byClass: { ...this.#byClass } }
  }
}
