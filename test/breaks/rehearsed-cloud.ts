import type { ChildProcess } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Account } from '../account.ts'
import { type CloudStatus, ended, onLine, Project, type Result } from '../project.ts'

/** A template whose deployment is broken. */
export interface Subject {
  readonly template: string
  readonly task: string
}

export const instanceSwap: Subject = { template: 'instance-swap', task: 'deploy:bluegreen' }
export const dnsSwitch: Subject = { template: 'dns-switch', task: 'deploy:bluegreen-dns' }

/** A fault, as the cloud's admin endpoint takes it. */
export interface Fault {
  readonly operation: string
  readonly kind: 'refuse' | 'lose' | 'spoil' | 'delay'
  readonly skip?: number
  readonly times?: number | 'always'
  readonly code?: string
  readonly message?: string
  readonly status?: number
  readonly seconds?: number
}

/** A call that AWS refuses, and goes on refusing. */
export const refusal = (operation: string, more: Partial<Fault> = {}): Fault => ({
  operation,
  kind: 'refuse',
  times: 'always',
  code: 'UnauthorizedOperation',
  message: 'You are not authorized to perform this operation.',
  status: 403,
  ...more,
})

export interface OpenOptions {
  /** How many instances the fleet has. @default 2 */
  readonly size?: number
  /** A second of AWS, in seconds. @default 0.05 */
  readonly timeScale?: number
  /** Changes the project's files before the cloud is opened. */
  readonly prepare?: ((directory: string) => Promise<void>) | undefined
}

/** A small fleet in a local cloud that stays up between runs, and a project that deploys to it. */
export class RehearsedCloud {
  readonly project: Project
  readonly cloud: CloudStatus
  readonly account: Account
  readonly #held: ChildProcess
  #isOver = false

  protected constructor(project: Project, cloud: CloudStatus, held: ChildProcess) {
    this.project = project
    this.cloud = cloud
    this.account = new Account(cloud)
    this.#held = held
    // One that dies by itself says why: whoever waits for it would only see that nobody answers.
    void ended(held).then((result) => this.#isOver || refuse(result))
  }

  protected static async opened(
    { template }: Subject,
    { size = 2, timeScale = 0.05, prepare }: OpenOptions = {},
  ): Promise<[Project, CloudStatus, ChildProcess]> {
    const project = await Project.fromTemplate(template)
    await edit(join(project.directory, 'local-fleet.ts'), 'size: 3', `size: ${size}`)
    await prepare?.(project.directory)
    const held = project.start(['cloud', 'up', '--time-scale', String(timeScale)])
    const up = new Promise<void>((resolve) =>
      onLine(held, (line) => /^The local cloud is up/.test(line) && resolve()),
    )
    await Promise.race([up, ended(held).then(refuse)])
    return [project, await project.cloud(), held]
  }

  async close(): Promise<void> {
    this.#isOver = true
    this.#held.kill('SIGINT')
    await this.project.remove()
  }

  /** What the service answers on an instance: asked directly, past the balancer. */
  async versionOn(address: string): Promise<unknown> {
    const response = await fetch(`http://${address}:8080/`)
    const body: { version: unknown } = JSON.parse(await response.text())
    return body.version
  }

  /** Asks the cloud's own endpoint, beside AWS's. */
  async administer(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.cloud.endpoint}/_viridian/${path}`, {
      method,
      headers: { 'x-viridian-secret': this.cloud.secretAccessKey },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`the cloud answers ${response.status}: ${text}`)
    return JSON.parse(text)
  }
}

/** Makes the fleet of a project that switches a name as small, and its wait for silence as short, as they can be. */
export async function shrinkDnsSwitch(directory: string): Promise<void> {
  await edit(join(directory, 'local-fleet.ts'), 'size: 2', 'size: 1')
  await edit(join(directory, 'tasks.config.ts'), "quietFor: '8s'", "quietFor: '4s'")
}

export async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`)
  await writeFile(
    file,
    text.replace(from, () => to),
  )
}

function refuse({ stdout, stderr }: Result): never {
  throw new Error(`the local cloud did not stay up:\n${stdout}\n${stderr}`)
}
