import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Account } from '../account.ts'
import { Fleets } from '../breaks/fleets.ts'
import * as subjects from '../breaks/rehearsed-cloud.ts'
import { edit, RehearsedCloud } from '../breaks/rehearsed-cloud.ts'
import { type CloudStatus, ended, type JsonEvent, onLine, type Project, type Result } from '../project.ts'
import { application, applications, aside, classic, type Front } from './front.ts'
import { Gate } from './gate.ts'
import { Visitors } from './visitors.ts'

/** An approach, and how it is deployed. */
export interface Subject extends subjects.Subject {
  readonly name: string
  readonly front: Front
  /** How many instances blue has. */
  readonly size: number
  /** What its stage gives the task, beside the release. */
  readonly defaults: Readonly<Record<string, string | readonly string[]>>
}

export const instanceSwap: Subject = {
  ...subjects.instanceSwap,
  name: 'instance-swap',
  front: classic,
  size: 2,
  defaults: { group: 'web' },
}
/** The same behind Application Load Balancers. */
export const instanceSwapAlb: Subject = {
  ...instanceSwap,
  name: 'instance-swap-alb',
  front: applications,
  defaults: { ...instanceSwap.defaults, balancers: [aside] },
}
export const dnsSwitch: Subject = {
  ...subjects.dnsSwitch,
  name: 'dns-switch',
  front: classic,
  size: 1,
  defaults: { record: 'www.example.test', quietFor: '3s', quietWithin: '1m' },
}
/** The same behind an Application Load Balancer. */
export const dnsSwitchAlb: Subject = {
  ...dnsSwitch,
  name: 'dns-switch-alb',
  front: application,
}

/** A command that has ended, with what it said. */
export interface Told extends Result {
  readonly events: readonly JsonEvent[]
}

const patienceMs = 300_000
const brisk = join(import.meta.dirname, 'brisk.mjs')

/** A fleet in a local cloud of its own, with visitors; what a run asks of AWS goes through a gate. */
export class Field extends RehearsedCloud {
  readonly subject: Subject
  readonly gate: Gate
  readonly visitors: Visitors
  readonly #watching: Promise<void>
  #lowest = Number.POSITIVE_INFINITY
  #releases = 0
  #isOver = false

  private constructor(subject: Subject, gate: Gate, ...opened: [Project, CloudStatus, ChildProcess]) {
    super(...opened)
    this.subject = subject
    this.gate = gate
    this.visitors = new Visitors(this.cloud)
    this.#watching = this.#watch()
  }

  static async open(subject: Subject): Promise<Field> {
    const { size, defaults, front } = subject
    const prepare = (directory: string): Promise<void> =>
      edit(join(directory, 'local-fleet.ts'), 'loadBalancer:', `balancer: '${front.type}', loadBalancer:`)
    const opened = await RehearsedCloud.opened(subject, { size, timeScale: 0.04, prepare })
    const [project, cloud] = opened
    const { group } = cloud.names
    await new Fleets(cloud).equip(group)
    const account = new Account(cloud)
    await account.suspend(group, 'AZRebalance')
    await account.weigh('api.example.test')
    await front.furnish(cloud)
    const gate = await Gate.open(cloud.endpoint)
    // A stage like any real account's: of the local cloud the run knows nothing.
    const ssh = { ...cloud.ssh, config: false }
    const stage = JSON.stringify({ env: environment(cloud, gate), ssh, defaults })
    await edit(join(project.directory, 'tasks.config.ts'), "{ env: { AWS_PROFILE: 'production' } }", stage)
    return new Field(subject, gate, ...opened)
  }

  override async close(): Promise<void> {
    this.#isOver = true
    await Promise.all([this.visitors.close(), this.#watching])
    this.gate.close()
    await super.close()
  }

  /** How many releases were deployed, or tried. */
  get runs(): number {
    return this.#releases
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
    const child = this.project.start([...args, '--stage', 'production', '--yes', '--json'], {
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
  async faults(settings: object | undefined): Promise<void> {
    await this.administer(settings ? 'POST' : 'DELETE', 'faults', settings)
  }

  /** The rules that have not struck yet. */
  async pending(): Promise<number> {
    return pendingRules.parse(await this.administer('GET', 'faults')).rules.length
  }

  /** The commands that have come to the hosts. */
  async commands(): Promise<readonly { readonly at: string; readonly status: number }[]> {
    const calls = loggedCalls.parse(await this.administer('GET', 'calls'))
    return calls.filter(({ service }) => service === 'ssh')
  }

  /** The fewest instances that were in service behind the name, or in a target group, since it was asked the last time. */
  takeLowest(): number {
    const lowest = this.#lowest
    this.#lowest = Number.POSITIVE_INFINITY
    return lowest
  }

  /** The target groups that serve whichever fleet is live, with those of their instances that are sent users to. */
  async beside() {
    const targets = await this.account.targets()
    return targets.filter(({ name }) => this.subject.front.beside.includes(name))
  }

  async #watch(): Promise<void> {
    const { record } = this.cloud.names
    for (; !this.#isOver; await sleep(700)) {
      try {
        const [behind, targets] = await Promise.all([this.account.behind(record), this.beside()])
        const healthy = targets.map((each) => each.healthy)
        for (const { length } of [behind, ...healthy]) this.#lowest = Math.min(this.#lowest, length)
      } catch (error) {
        // What was listed has gone before it was looked at: the next look finds what the name leads to.
        if (!(error instanceof Error && goneErrors.includes(error.name))) throw error
      }
    }
  }
}

const goneErrors = [
  'AccessPointNotFoundException',
  'LoadBalancerNotFoundException',
  'TargetGroupNotFoundException',
]
const pendingRules = z.object({ rules: z.array(z.unknown()) })
const loggedCalls = z.array(z.object({ service: z.string(), at: z.string(), status: z.number() }))

const environment = ({ region, accessKeyId, secretAccessKey, dns }: CloudStatus, { endpoint }: Gate) => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
  VIRIDIAN_NAME_SERVERS: `${dns.address}:${dns.port}`,
})
