import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { lastError } from '../messages.ts'
import { type CloudStatus, ended, onLine, type Project, type Result } from '../project.ts'
import { type Fault, RehearsedCloud, type Subject } from './rehearsed-cloud.ts'

/** What a person must be told when something breaks. */
export interface Telling {
  readonly exitCode: number
  readonly code: string
  /** What happened, and where. */
  readonly says: readonly RegExp[]
  readonly hint: RegExp
}

const patienceMs = 45_000

/** Deployments to break, as a person sees them. */
export class Rehearsal extends RehearsedCloud {
  /** As a person types it, without flags: `tasks run deploy:bluegreen`. */
  readonly command: string
  readonly #task: string

  private constructor({ task }: Subject, ...opened: [Project, CloudStatus, ChildProcess]) {
    super(...opened)
    this.command = `tasks run ${task}`
    this.#task = task
  }

  /** @param prepare changes the project's files before the cloud is opened */
  static async open(subject: Subject, prepare?: (directory: string) => Promise<void>): Promise<Rehearsal> {
    return new Rehearsal(subject, ...(await RehearsedCloud.opened(subject, { prepare })))
  }

  /** A command on a pipe, as a person reads it in a log; `watch` sees every line as it comes. */
  async tasks(args: readonly string[], watch?: (line: string, child: ChildProcess) => void): Promise<Result> {
    const child = this.project.start(args)
    if (watch) onLine(child, (line) => watch(line, child))
    return this.#patiently(child)
  }

  /** Runs a command, and does something when a line stands on its screen. */
  async when(at: RegExp, what: () => Promise<unknown>, args: readonly string[]): Promise<Result> {
    let done: Promise<unknown> | undefined
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
    await this.administer('POST', 'faults', settings)
    try {
      return await work()
    } finally {
      await this.administer('DELETE', 'faults')
    }
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
