import { Resolver } from 'node:dns/promises'
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CloudStatus } from '../project.ts'

const pauseMs = 50
const timeoutMs = 10_000

/** What a regular has met with. */
export interface Met {
  readonly failures: readonly string[]
  /** How many connections there have been so far. */
  readonly connections: number
  /** The releases that have answered, in the order of their first answers. */
  readonly versions: readonly string[]
}

/** Somebody who asks over one connection as long as that lasts, and only then looks the name up again. */
export class Regular {
  readonly #at: CloudStatus['names']
  readonly #resolver = new Resolver()
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #asking: Promise<void>
  #host: string | undefined
  #connections = 0
  #failures: string[] = []
  #versions = new Set<string>()
  #isOver = false

  constructor({ names, dns }: CloudStatus) {
    this.#at = names
    this.#resolver.setServers([`${dns.address}:${dns.port}`])
    this.#asking = this.#keepAsking()
  }

  /** What has happened since it was asked the last time. */
  take(): Met {
    const met = {
      failures: this.#failures,
      connections: this.#connections,
      versions: [...this.#versions],
    }
    this.#failures = []
    this.#versions = new Set()
    return met
  }

  async close(): Promise<void> {
    this.#isOver = true
    await this.#asking
    this.#agent.destroy()
  }

  async #keepAsking(): Promise<void> {
    for (; !this.#isOver; await sleep(pauseMs)) {
      try {
        this.#versions.add(await this.#ask())
      } catch (error) {
        this.#failures.push(`${new Date().toISOString()} ${error instanceof Error ? error.message : error}`)
      }
    }
  }

  async #ask(): Promise<string> {
    const { record, port } = this.#at
    this.#host ??= await this.#resolve(record)
    const options = { host: this.#host, port, agent: this.#agent, headers: { host: record } }
    return new Promise((resolve, reject) => {
      const asked = get({ ...options, timeout: timeoutMs }, async (answer) => {
        try {
          const parts: Buffer[] = []
          for await (const part of answer) parts.push(part)
          if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}`)
          const { version }: { version: string } = JSON.parse(Buffer.concat(parts).toString('utf8'))
          resolve(version)
        } catch (error) {
          reject(error)
        }
      })
      asked.on('socket', (socket) => {
        if (asked.reusedSocket) return
        this.#connections += 1
        socket.once('close', () => {
          this.#host = undefined
        })
      })
      asked.on('timeout', () => asked.destroy(new Error('no answer')))
      asked.on('error', reject)
    })
  }

  async #resolve(name: string): Promise<string> {
    const [address] = await this.#resolver.resolve4(name)
    if (address === undefined) throw new Error(`${name} has no address`)
    return address
  }
}
