import type { ChildProcess } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { Account } from '../account.ts'
import { lastError } from '../messages.ts'
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

/** What a person must be told when something breaks. */
export interface Telling {
  readonly exitCode: number
  readonly code: string
  /** What happened, and where. */
  readonly says: readonly RegExp[]
  readonly hint: RegExp
}

const patienceMs = 45_000

/** A small fleet in a local cloud that stays up between runs, to break deployments on. */
export class Rehearsal {
  readonly project: Project
  readonly cloud: CloudStatus
  readonly account: Account
  /** As a person types it, without flags: `tasks run deploy:bluegreen`. */
  readonly command: string
  readonly #task: string
  readonly #held: ChildProcess

  private constructor({ task }: Subject, project: Project, cloud: CloudStatus, held: ChildProcess) {
    this.project = project
    this.command = `tasks run ${task}`
    this.#task = task
    this.cloud = cloud
    this.account = new Account(cloud)
    this.#held = held
  }

  /** @param prepare changes the project's files before the cloud is opened */
  static async open(subject: Subject, prepare?: (directory: string) => Promise<void>): Promise<Rehearsal> {
    const project = await Project.fromTemplate(subject.template)
    await edit(join(project.directory, 'local-fleet.ts'), 'size: 3', 'size: 2')
    await prepare?.(project.directory)
    const held = project.start(['cloud', 'up', '--time-scale', '0.05'])
    const up = new Promise<void>((resolve) =>
      onLine(held, (line) => /^The local cloud is up/.test(line) && resolve()),
    )
    await Promise.race([up, ended(held).then(refuse)])
    return new Rehearsal(subject, project, await project.cloud(), held)
  }

  async close(): Promise<void> {
    this.#held.kill('SIGINT')
    await this.project.remove()
  }

  /** A command on a pipe, as a person reads it in a log; `watch` sees every line as it comes. */
  async tasks(args: readonly string[], watch?: (line: string, child: ChildProcess) => void): Promise<Result> {
    const child = this.project.start(args)
    if (watch) onLine(child, (line) => watch(line, child))
    return this.#patiently(child)
  }

  /** Runs a command, and does something when a line stands on its screen. */
  async when(at: RegExp, what: () => Promise<void>, args: readonly string[]): Promise<Result> {
    let done: Promise<void> | undefined
    const result = await this.tasks(args, (line) => {
      if (at.test(line)) done ??= what()
    })
    await done
    return result
  }

  /** The arguments that deploy a release. */
  deployment(release: string, ...flags: string[]): string[] {
    return ['run', this.#task, '--release', release, ...flags]
  }

  deploy(release: string, ...flags: string[]): Promise<Result> {
    return this.tasks(this.deployment(release, ...flags))
  }

  /** Switches faults on while `work` runs. */
  with<Value>(faults: readonly Fault[], work: () => Promise<Value>): Promise<Value> {
    return this.withSettings({ rules: faults }, work)
  }

  async withSettings<Value>(settings: object, work: () => Promise<Value>): Promise<Value> {
    await this.#administer('POST', settings)
    try {
      return await work()
    } finally {
      await this.#administer('DELETE')
    }
  }

  /** What the service answers on an instance: asked directly, past the balancer. */
  async versionOn(address: string): Promise<unknown> {
    const response = await fetch(`http://${address}:8080/`)
    const body: { version: unknown } = JSON.parse(await response.text())
    return body.version
  }

  /** The account settles to what it was: everything that the run made is gone. */
  async isAgain(before: unknown): Promise<void> {
    const end = Date.now() + 20_000
    let now = await this.account.inventory()
    while (JSON.stringify(now) !== JSON.stringify(before) && Date.now() < end) {
      await sleep(200)
      now = await this.account.inventory()
    }
    expect(now).toEqual(before)
  }

  /** A command that hangs is ended, so that its screen can be looked at. */
  async #patiently(child: ChildProcess): Promise<Result> {
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    const result = await ended(child)
    clearTimeout(timer)
    return result
  }

  async #administer(method: 'POST' | 'DELETE', body?: object): Promise<void> {
    const response = await fetch(`${this.cloud.endpoint}/_viridian/faults`, {
      method,
      headers: { 'x-viridian-secret': this.cloud.secretAccessKey },
      ...(body && { body: JSON.stringify(body) }),
    })
    expect(await response.text().then((text) => [response.status, text])).toEqual([200, expect.anything()])
  }
}

/** The command said why it stopped: one error, last on the screen, with its code, place and hint, and no stack. */
export function expectTold(result: Result, { exitCode, code, says, hint }: Telling): void {
  const screen = result.stdout + result.stderr
  expect({ exitCode: result.exitCode, screen }).toMatchObject({ exitCode })
  const block = lastError(screen)
  expect(block).toMatch(new RegExp(`^${code}: `))
  for (const each of says) expect(block).toMatch(each)
  expect(block.trimEnd().split('\n').at(-1)).toMatch(/^hint: /)
  expect(block).toMatch(hint)
  expect(screen).not.toMatch(/\n\s+at .*\(.*:\d+:\d+\)/)
}

/** Users of the service noticed nothing; what may have died with a target in service names that target. */
export function expectServed({ stdout }: Result, dead?: string): void {
  expect(stdout).toMatch(/^Traffic to \S+: [1-9]\d* requests, 0 failed$/m)
  for (const [, id] of stdout.matchAll(/ more died with (\S+),/g)) expect(id).toBe(dead)
}

export async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`)
  await writeFile(file, text.replace(from, to))
}

function refuse({ stdout, stderr }: Result): never {
  throw new Error(`the local cloud did not stay up:\n${stdout}\n${stderr}`)
}
