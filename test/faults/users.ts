import { Resolver } from 'node:dns/promises'
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CloudStatus } from '../project.ts'

const pauseMs = 25
const timeoutMs = 10_000

/** Users of the service who know nothing of the product: each of their requests asks for the name anew. */
export class Users {
  readonly failures: string[] = []
  requests = 0
  readonly #cloud: CloudStatus
  readonly #resolver = new Resolver()
  readonly #agent = new Agent({ keepAlive: false })
  #asks = true
  #asking: Promise<unknown> = Promise.resolve()

  constructor(cloud: CloudStatus) {
    this.#cloud = cloud
    this.#resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`])
  }

  start(): void {
    this.#asking = Promise.all([this.#keepAsking(), this.#keepAsking()])
  }

  async stop(): Promise<void> {
    this.#asks = false
    await this.#asking
  }

  async #keepAsking(): Promise<void> {
    while (this.#asks) {
      this.requests += 1
      await this.#ask().catch((error: unknown) =>
        this.failures.push(`${new Date().toISOString()} ${String(error)}`),
      )
      await sleep(pauseMs)
    }
  }

  async #ask(): Promise<void> {
    const { record, port } = this.#cloud.names
    const [address] = await this.#resolver.resolve4(record)
    if (address === undefined) throw new Error(`${record} has no address`)
    await new Promise<void>((resolve, reject) => {
      const headers = { host: `${record}:${port}` }
      const request = get(
        { host: address, port, headers, agent: this.#agent, timeout: timeoutMs },
        (response) => {
          response.resume().on('error', reject)
          response.on('end', () =>
            response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
          )
        },
      )
      request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer in time')))
    })
  }
}
