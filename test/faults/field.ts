import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Account } from '../account.ts'
import { Fleets } from '../breaks/fleets.ts'
import { type CloudStatus, ended, type JsonEvent, onLine, Project, type Result } from '../project.ts'
import { Gate } from './gate.ts'
import { Visitors } from './visitors.ts'

/** An approach, and how it is deployed. */
export interface Subject {
  readonly template: string
  readonly task: string
  /** How many instances blue has. */
  readonly size: number
  /** What its stage gives the task, beside the release. */
  readonly defaults: Readonly<Record<string, string>>
}

export const instanceSwap: Subject = {
  template: 'instance-swap',
  task: 'deploy:bluegreen',
  size: 2,
  defaults: { group: 'web' },
}
export const dnsSwitch: Subject = {
  template: 'dns-switch',
  task: 'deploy:bluegreen-dns',
  size: 1,
  defaults: { record: 'www.example.test', quietFor: '3s', quietWithin: '1m' },
}

/** A command that has ended, with what it said. */
export interface Told extends Result {
  readonly events: readonly JsonEvent[]
}

const patienceMs = 120_000
const secondOfAws = '0.04'
const brisk = join(import.meta.dirname, 'brisk.mjs')

/** A fleet in a local cloud of its own, with visitors; what a run asks of AWS goes through a gate. */
export class Field {
  readonly subject: Subject
  readonly account: Account
  readonly gate: Gate
  readonly visitors: Visitors
  readonly cloud: CloudStatus
  readonly #project: Project
  readonly #held: ChildProcess
  readonly #watching: Promise<void>
  #lowest = Number.POSITIVE_INFINITY
  #releases = 0
  #isOver = false

  private constructor(
    subject: Subject,
    project: Project,
    cloud: CloudStatus,
    gate: Gate,
    held: ChildProcess,
  ) {
    this.subject = subject
    this.#project = project
    this.cloud = cloud
    this.gate = gate
    this.#held = held
    this.account = new Account(cloud)
    this.visitors = new Visitors(cloud)
    this.#watching = this.#watch()
  }

  static async open(subject: Subject): Promise<Field> {
    const project = await Project.fromTemplate(subject.template)
    await replace(project, 'local-fleet.ts', 'size: 3', `size: ${subject.size}`)
    const held = project.start(['cloud', 'up', '--time-scale', secondOfAws])
    const up = new Promise<void>((resolve) =>
      onLine(held, (line) => /^The local cloud is up/.test(line) && resolve()),
    )
    await Promise.race([up, ended(held).then(refuse)])
    const cloud = await project.cloud()
    await new Fleets(cloud).equip('web', 'web')
    const gate = await Gate.open(cloud.endpoint)
    // A stage like any real account's: of the local cloud the run knows nothing.
    const ssh = { ...cloud.ssh, config: false }
    const stage = JSON.stringify({ env: environment(cloud, gate), ssh, defaults: subject.defaults })
    await replace(project, 'tasks.config.ts', "{ env: { AWS_PROFILE: 'production' } }", stage)
    return new Field(subject, project, cloud, gate, held)
  }

  async close(): Promise<void> {
    this.#isOver = true
    await Promise.all([this.visitors.close(), this.#watching])
    this.gate.close()
    this.#held.kill('SIGINT')
    await this.#project.remove()
  }

  /** A release that has never been deployed here. */
  nextRelease(): string {
    this.#releases += 1
    return `v${this.#releases + 1}`
  }

  /** The arguments that deploy a release. */
  deployment(release: string): string[] {
    return ['run', this.subject.task, '--release', release]
  }

  /** Runs a command; `hear` is told every event as it comes. One that hangs is ended. */
  async tasks(
    args: readonly string[],
    hear: (event: JsonEvent, child: ChildProcess) => void = () => undefined,
  ): Promise<Told> {
    const child = this.#project.start([...args, '--stage', 'production', '--yes', '--json'], {
      NODE_OPTIONS: `--import ${brisk}`,
    })
    const events: JsonEvent[] = []
    onLine(child, (line) => {
      const event: JsonEvent = JSON.parse(line)
      events.push(event)
      hear(event, child)
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    const result = await ended(child)
    clearTimeout(timer)
    return { ...result, events }
  }

  /** Adds faults to those of the cloud, or takes all away. */
  async faults(settings: object | undefined): Promise<readonly unknown[]> {
    const { rules }: { rules: unknown[] } = await this.#administer(
      settings ? 'POST' : 'DELETE',
      'faults',
      settings,
    )
    return rules
  }

  /** The rules that have not struck yet. */
  async pending(): Promise<number> {
    const { rules }: { rules: unknown[] } = await this.#administer('GET', 'faults')
    return rules.length
  }

  /** The commands that have come to the hosts. */
  async commands(): Promise<readonly { readonly at: string; readonly status: number }[]> {
    const calls: { service: string; at: string; status: number }[] = await this.#administer('GET', 'calls')
    return calls.filter(({ service }) => service === 'ssh')
  }

  /** The fewest instances that were in service behind the name since it was asked the last time. */
  takeLowest(): number {
    const lowest = this.#lowest
    this.#lowest = Number.POSITIVE_INFINITY
    return lowest
  }

  async #watch(): Promise<void> {
    const { record } = this.cloud.names
    for (; !this.#isOver; await sleep(200)) {
      try {
        this.#lowest = Math.min(this.#lowest, (await this.account.behind(record)).length)
      } catch (error) {
        // The balancer has gone between the two looks: the next look finds the one that the name leads to.
        if (!(error instanceof Error && error.name === 'AccessPointNotFoundException')) throw error
      }
    }
  }

  async #administer(method: 'GET' | 'POST' | 'DELETE', what: string, body?: object) {
    const response = await fetch(`${this.cloud.endpoint}/_viridian/${what}`, {
      method,
      headers: { 'x-viridian-secret': this.cloud.secretAccessKey },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(await response.text())
    return JSON.parse(await response.text())
  }
}

const environment = ({ region, accessKeyId, secretAccessKey, dns }: CloudStatus, { endpoint }: Gate) => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
  VIRIDIAN_NAME_SERVERS: `${dns.address}:${dns.port}`,
})

async function replace(project: Project, file: string, from: string, to: string): Promise<void> {
  const text = await project.read(file)
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`)
  await project.write(
    file,
    text.replace(from, () => to),
  )
}

function refuse({ stdout, stderr }: Result): never {
  throw new Error(`the local cloud did not stay up:\n${stdout}\n${stderr}`)
}
