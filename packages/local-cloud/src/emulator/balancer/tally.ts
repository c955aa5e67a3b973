import type { RequestCounts } from '../hardware.ts'

/** Counts requests and their answers. */
export class Tally {
  #requests = 0
  #balancerErrors = 0
  readonly #byClass: Record<string, number> = {}

  request(): void {
    this.#requests++
  }

  answer(status: number): void {
    const name = `${Math.floor(status / 100)}xx`
    this.#byClass[name] = (this.#byClass[name] ?? 0) + 1
  }

  /** An answer that is the balancer's own. */
  error(status: number): void {
    this.#balancerErrors++
    this.answer(status)
  }

  get counts(): RequestCounts {
    return { requests: this.#requests, balancerErrors: this.#balancerErrors, byClass: { ...this.#byClass } }
  }
}
