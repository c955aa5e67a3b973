import { Agent } from 'node:http'
import type { Clock } from '../clock.ts'
import type { BalancerTarget, CheckFailure, HealthCheck, TargetHealth } from '../hardware/target-groups.ts'
import { check, placed } from './health-check.ts'

const descriptions: Readonly<Record<TargetHealth['state'], string>> = {
  registering: 'Instance registration is still in progress.',
  healthy: 'N/A',
  unhealthy: 'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
  draining: 'Instance deregistration currently in progress.',
}

// A fast clock makes waiting shorter, but no application faster.
const shortestTimeout = 1_000

/** What tells a target from the others of its group. */
export function keyOf({ id, port }: Pick<BalancerTarget, 'id' | 'port'>): string {
  return port === undefined ? id : `${id}:${port}`
}

/** How a target leaves. */
export interface Leave {
  /** AWS seconds that what is in hand has at most. */
  readonly seconds: number
  /** It leaves no sooner. */
  readonly lingers?: true | undefined
  /** What is in hand then ends by itself. */
  readonly spares?: true | undefined
}

/** One registered instance: its health, and the work that it has in hand. */
export class Target {
  readonly id: string
  readonly key: string
  readonly address: string
  readonly port: number | undefined
  /** Connections that are kept for the next request. */
  readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 64, noDelay: true })

  readonly #clock: Clock
  readonly #work = new Set<() => void>()
  #state: TargetHealth['state'] = 'registering'
  #failure: CheckFailure | undefined
  #checking = new AbortController()
  #emptied: (() => void) | undefined

  constructor({ id, address, port }: BalancerTarget, clock: Clock) {
    this.id = id
    this.key = keyOf({ id, ...(port !== undefined && { port }) })
    this.address = address
    this.port = port
    this.#clock = clock
  }

  get serves(): boolean {
    return this.#state === 'healthy'
  }

  get drains(): boolean {
    return this.#state === 'draining'
  }

  get health(): TargetHealth {
    return {
      id: this.id,
      ...(this.port !== undefined && { port: this.port }),
      state: this.#state,
      description: descriptions[this.#state],
      ...(this.#failure && { failure: this.#failure }),
    }
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

  /** Takes no more work; resolves to true when it has left, to false if it is watched again before. */
  async drain({ seconds, lingers, spares }: Leave): Promise<boolean> {
    this.#checking.abort()
    this.#checking = new AbortController()
    const { signal } = this.#checking
    this.#state = 'draining'
    if ((lingers || this.#work.size > 0) && seconds > 0) {
      const emptied = new Promise<void>((resolve) => {
        if (!lingers) this.#emptied = resolve
      })
      const over = new AbortController()
      const limit = AbortSignal.any([signal, over.signal])
      // Aborted is no failure here: the work is done, or the target has come back.
      await Promise.race([emptied, this.#clock.sleep(seconds, limit).catch(() => undefined)])
      over.abort()
    }
    if (signal.aborted) return false
    if (!spares) this.close()
    return true
  }

  /** Cuts what is in hand and ends every connection. */
  close(): void {
    this.#checking.abort()
    for (const cut of [...this.#work]) cut()
    this.agent.destroy()
  }

  async #watch(spec: HealthCheck, signal: AbortSignal): Promise<void> {
    const timeout = Math.max(this.#clock.milliseconds(spec.timeout), shortestTimeout)
    const probe = placed(spec, this.address, this.port, timeout)
    let passed = 0
    let failed = 0
    while (!signal.aborted) {
      const verdict = await check(probe, signal)
      if (signal.aborted) return
      const healthy = verdict === 'passed'
      this.#failure = healthy ? undefined : verdict
      passed = healthy ? passed + 1 : 0
      failed = healthy ? 0 : failed + 1
      if (passed >= this.#enough(spec)) this.#state = 'healthy'
      if (failed >= spec.unhealthyThreshold) this.#state = 'unhealthy'
      await this.#clock.sleep(spec.interval, signal).catch(() => undefined)
    }
  }

  #enough({ healthyThreshold, firstThreshold = healthyThreshold }: HealthCheck): number {
    return this.#state === 'registering' ? firstThreshold : healthyThreshold
  }
}
