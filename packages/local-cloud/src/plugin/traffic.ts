import { Resolver } from 'node:dns/promises'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PluginEvent } from '@viridian/core'
import { diedHeader } from '../emulator/balancer/died-header.ts'

export interface TrafficSettings {
  /** `http://www.example.test:8080/`; its answer is JSON with a member `version`. */
  readonly url: string
  /** The name server to ask. */
  readonly dns: { readonly address: string; readonly port: number }
}

interface VersionCount {
  requests: number
  first: string
  last: string
}

const users = 4
const pauseMs = 50
const timeoutMs = 10_000
const failuresShown = 5

/** Users of the service: they ask for it by name all the time, and note who answers. */
export class Traffic {
  readonly #url: URL
  readonly #resolver = new Resolver()
  // In turns: a connection that is used at long last may meet its end, which the balancer sets to idle ones.
  readonly #agent = new Agent({ keepAlive: true, maxSockets: users, scheduling: 'fifo' })
  readonly #stop = new AbortController()
  readonly #versions = new Map<string, VersionCount>()
  readonly #failures: { at: string; reason: string }[] = []
  /** Requests that died with a target in service, by its id. */
  readonly #died = new Map<string, number>()
  readonly #began = Date.now()
  #address: { value: string; until: number } | undefined
  #requests = 0
  #users: Promise<void>[] = []

  constructor(settings: TrafficSettings) {
    this.#url = new URL(settings.url)
    this.#resolver.setServers([`${settings.dns.address}:${settings.dns.port}`])
  }

  /** Resolves when the service has answered for the first time, or has failed to. */
  async start(): Promise<void> {
    await this.#ask()
    this.#users = Array.from({ length: users }, () => this.#keepAsking())
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#users)
    this.#agent.destroy()
  }

  get summary() {
    const versions = Object.fromEntries(this.#versions)
    return {
      url: this.#url.href,
      requests: this.#requests,
      failed: this.#failures.length,
      died: Object.fromEntries(this.#died),
      versions,
      failures: this.#failures.slice(0, failuresShown),
    }
  }

  async #keepAsking(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#ask()
      await sleep(pauseMs)
    }
  }

  async #ask(): Promise<void> {
    this.#requests += 1
    try {
      const version = await this.#get()
      if (version !== undefined) this.#note(version)
    } catch (error) {
      this.#failures.push({
        at: new Date().toISOString(),
        reason: error instanceof Error ? error.message : String(error),
      })
    }
  }

  #note(version: string): void {
    const at = new Date().toISOString()
    const count = this.#versions.get(version) ?? { requests: 0, first: at, last: at }
    this.#versions.set(version, { ...count, requests: count.requests + 1, last: at })
  }

  /** The version that answered; undefined for a request that died with its target, which is counted. */
  async #get(): Promise<string | undefined> {
    const host = await this.#resolve()
    const { hostname, port, pathname } = this.#url
    const answer = await new Promise<{ status: number; body: string; died: unknown }>((resolve, reject) => {
      const asked = request(
        { host, port, path: pathname, agent: this.#agent, headers: { host: hostname }, timeout: timeoutMs },
        (response) => {
          let body = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            body += chunk
          })
          response.on('error', reject)
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body, died: response.headers[diedHeader] }),
          )
        },
      )
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
      asked.on('error', reject)
      asked.end()
    })
    // What a balancer could not know before its next health check is no fault of a deployment: it is counted apart.
    if (typeof answer.died === 'string') {
      this.#died.set(answer.died, (this.#died.get(answer.died) ?? 0) + 1)
      return undefined
    }
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`)
    const parsed: unknown = JSON.parse(answer.body)
    const version =
      typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined
    return String(version)
  }

  /** As a resolver does: an answer holds for its time to live. */
  async #resolve(): Promise<string> {
    if (this.#address && Date.now() < this.#address.until) return this.#address.value
    const [record] = await this.#resolver.resolve4(this.#url.hostname, { ttl: true })
    if (!record) throw new Error(`${this.#url.hostname} has no address`)
    this.#address = { value: record.address, until: Date.now() + record.ttl * 1000 }
    return record.address
  }

  /** The summary as an event, with what a person reads at the end of a run. */
  get event(): PluginEvent {
    const { summary } = this
    const since = (at: string): string => `${((Date.parse(at) - this.#began) / 1000).toFixed(1)}s`
    const rows = Object.entries(summary.versions).map(
      ([version, { requests, first, last }]) =>
        `  ${printable(version).padEnd(10)} ${String(requests).padStart(7)} answers   first at ${since(first).padStart(6)}   last at ${since(last).padStart(6)}`,
    )
    const deaths = Object.entries(summary.died).map(
      ([id, count]) => `  ${count} more died with ${id}, which was in service`,
    )
    const failures = summary.failures.map(({ at, reason }) => `  failed at ${since(at)}: ${reason}`)
    return {
      kind: 'traffic.summary',
      data: summary,
      text: [
        `Traffic to ${summary.url}: ${summary.requests} requests, ${summary.failed} failed`,
        ...rows,
        ...deaths,
        ...failures,
      ],
      atEnd: true,
    }
  }
}

/** A version may be any text: on a screen it stays in its line. */
const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (sign) => JSON.stringify(sign).slice(1, -1))
