import { Agent } from 'node:http'
import type { Clock } from '../clock.ts'
import type { BalancerTarget, HealthCheck, TargetHealth } from '../hardware.ts'
import { check, parseProbe } from './health-check.ts'

const descriptions: Readonly<Record<TargetHealth['state'], string>> = {
  registering: 'Instance registration is still in progress.',
  healthy: 'N/A',
  unhealthy: 'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
  draining: 'Instance deregistration currently in progress.',
}

// A fast clock makes waiting shorter, but no application faster.
const shortestTimeout = 1_000

/** One registered instance: its health, and the work that it has in hand. */
export class Target {
  readonly id: string
  readonly address: string
  /** Connections that are kept for the next request. */
  readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 64, noDelay: true })

  readonly #clock: Clock
  readonly #work = new Set<() => void>()
  #state: TargetHealth['state'] = 'registering'
  #checking = new AbortController()
  #emptied: (() => void) | undefined

  constructor({ id, address }: BalancerTarget, clock: Clock) {
    this.id = id
    this.address = address
    this.#clock = clock
  }

  get serves(): boolean {
    return this.#state === 'healthy'
  }

  get health(): TargetHealth {
    return { id: this.id, state: this.#state, description: descriptions[this.#state] }
  }

  /** Notes work in hand; `cut` ends it by force. The result is called when it is done. */
  begin(cut: () => void): () => void {
    this.#work.add(cut)
    return () => {
      this.#work.delete(cut)
      if (this.#work.size === 0) this.#emptied?.()
    }
  }

  /** Checks the target from now on as `healthCheck` says; called again, the new one counts from the next check on. */
  watch(healthCheck: HealthCheck): void {
    this.#checking.abort()
    this.#checking = new AbortController()
    if (this.#state === 'draining') this.#state = 'registering'
    this.#emptied = undefined
    void this.#watch(healthCheck, this.#checking.signal)
  }

  /** Takes no more work; resolves to true when what is in hand is done or was cut, to false if watched again before. */
  async drain(seconds: number): Promise<boolean> {
    this.#checking.abort()
    this.#checking = new AbortController()
    const { signal } = this.#checking
    this.#state = 'draining'
    if (this.#work.size > 0 && seconds > 0) {
      const emptied = new Promise<void>((resolve) => {
        this.#emptied = resolve
      })
      const over = new AbortController()
      const limit = AbortSignal.any([signal, over.signal])
      // Aborted is no failure here: the work is done, or the target has come back.
      await Promise.race([emptied, this.#clock.sleep(seconds, limit).catch(() => undefined)])
      over.abort()
    }
    if (signal.aborted) return false
    this.close()
    return true
  }

  /** Cuts what is in hand and ends every connection. */
  close(): void {
    this.#checking.abort()
    for (const cut of [...this.#work]) cut()
    this.agent.destroy()
  }

  async #watch(spec: HealthCheck, signal: AbortSignal): Promise<void> {
    const probe = parseProbe(spec.target)
    const timeout = Math.max(this.#clock.milliseconds(spec.timeout), shortestTimeout)
    let passed = 0
    let failed = 0
    while (!signal.aborted) {
      const healthy = await check(probe, this.address, timeout, signal)
      if (signal.aborted) return
      passed = healthy ? passed + 1 : 0
      failed = healthy ? 0 : failed + 1
      if (passed >= spec.healthyThreshold) this.#state = 'healthy'
      if (failed >= spec.unhealthyThreshold) this.#state = 'unhealthy'
      await this.#clock.sleep(spec.interval, signal).catch(() => undefined)
    }
  }
}
