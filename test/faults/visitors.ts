import { Resolver } from 'node:dns/promises'
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CloudStatus } from '../project.ts'

const pauseMs = 100
const visitorsAtOnce = 3
const timeoutMs = 10_000

export interface Visits {
  readonly asked: number
  readonly failures: readonly string[]
  /** The instances in service with which requests died. */
  readonly died: readonly string[]
}

/** People who ask for a service by its name all the time. */
export class Visitors {
  readonly #at: Pick<CloudStatus['names'], 'record' | 'port'>
  readonly #resolver = new Resolver()
  // In turns: a connection that is used at long last may meet its end, which the balancer sets to idle ones.
  readonly #agent: Agent
  readonly #going: Promise<void>[]
  #address: { value: string; until: number } | undefined
  #asked = 0
  #failures: string[] = []
  #died: string[] = []
  #isOver = false

  /**
   * @param at the service's name and port. @default those of the fleet that the cloud began with
   * @param keepAlive whether they keep their connections. @default true
   */
  constructor(
    cloud: CloudStatus,
    at: Pick<CloudStatus['names'], 'record' | 'port'> = cloud.names,
    keepAlive = true,
  ) {
    this.#at = at
    this.#agent = new Agent({ keepAlive, maxSockets: visitorsAtOnce, scheduling: 'fifo' })
    this.#resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`])
    this.#going = Array.from({ length: visitorsAtOnce }, () => this.#keepAsking())
  }

  /** What has happened since it was asked the last time. */
  take(): Visits {
    const visits = { asked: this.#asked, failures: this.#failures, died: this.#died }
    this.#asked = 0
    this.#failures = []
    this.#died = []
    return visits
  }

  async close(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#going)
    this.#agent.destroy()
  }

  async #keepAsking(): Promise<void> {
    for (; !this.#isOver; await sleep(pauseMs)) {
      this.#asked += 1
      try {
        await this.#ask()
      } catch (error) {
        this.#failures.push(`${new Date().toISOString()} ${error instanceof Error ? error.message : error}`)
      }
    }
  }

  async #ask(): Promise<void> {
    const { record, port } = this.#at
    const host = await this.#resolve(record)
    await new Promise<void>((resolve, reject) => {
      const options = { host, port, agent: this.#agent, headers: { host: record }, timeout: timeoutMs }
      const asked = get(options, (answer) => {
        const dead = answer.headers['x-viridian-died']
        answer.resume()
        answer.on('error', reject)
        answer.on('end', () => {
          if (typeof dead === 'string') this.#died.push(dead)
          else if (answer.statusCode !== 200) return reject(new Error(`HTTP ${answer.statusCode}`))
          resolve()
        })
      })
      asked.on('timeout', () => asked.destroy(new Error('no answer')))
      asked.on('error', reject)
    })
  }

  async #resolve(name: string): Promise<string> {
    if (this.#address && Date.now() < this.#address.until) return this.#address.value
    const [found] = await this.#resolver.resolve4(name, { ttl: true })
    if (!found) throw new Error(`${name} has no address`)
    this.#address = { value: found.address, until: Date.now() + found.ttl * 1000 }
    return found.address
  }
}
