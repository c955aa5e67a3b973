import { randomBytes } from 'node:crypto'
import { parseDuration } from '../duration.ts'
import { placeOfCaller, ViridianError } from '../error.ts'
import type { RunCommand } from '../remote/command/run-command.ts'
import type { Template, TemplateData } from '../remote/files/template.ts'
import type { HostSpec } from '../remote/transport.ts'
import { maskSecrets } from '../run/secret-args.ts'
import type { Session } from '../run/session.ts'
import { Scope } from '../step/scope.ts'
import type { Steps } from '../step/steps.ts'
import { type ArgSpecs, type ArgValues, ofArgs, parseArgs } from './args.ts'
import { callTask } from './call.ts'
import { callSettings } from './call-settings.ts'
import type { BranchContext, SettingsOf, TaskContext, ValueOf } from './context.ts'
import { requireTask, requireText } from './given.ts'
import { hostsFrom } from './host-address.ts'
import { keepOpen, refuseUnkept } from './keep.ts'
import { localCommands } from './local-command.ts'
import type { LocalCommands } from './local-commands.ts'
import type { CallSettings, Task } from './task.ts'
import { unlessStopped } from './unless-stopped.ts'

/** The `t` of a task function: one scope of a run, with the task's arguments. */
export class TaskScope<Specs extends ArgSpecs> extends Scope implements TaskContext<Specs> {
  readonly args: ArgValues<Specs>
  readonly #session: Session

  constructor(session: Session, args: ArgValues<Specs>, parent?: string) {
    super(session, parent)
    this.#session = session
    this.args = args
  }

  get stage(): string {
    return this.#session.identity.stage
  }

  get signal(): AbortSignal {
    return this.#session.engine.signal
  }

  get $(): RunCommand {
    return this.#commands.$
  }

  cd(directory: string): LocalCommands {
    return this.#commands.cd(directory)
  }

  env(variables: Readonly<Record<string, string>>): LocalCommands {
    return this.#commands.env(variables)
  }

  using(shell: string): LocalCommands {
    return this.#commands.using(shell)
  }

  get #commands(): LocalCommands {
    return localCommands(this.#session, { claim: () => this.keys.claim('command'), parent: this.parent })
  }

  say(text: string): void {
    this.#session.emit({ kind: 'note', level: 'info', text })
  }

  secret(value: string): string {
    requireText(value)
    this.#session.mask.add(value)
    return value
  }

  render(template: Template, data: TemplateData = {}): Promise<string> {
    return this.#session.render(template, data)
  }

  run<Called extends Task>(
    task: Called,
    args?: Partial<ArgValues<Called['args']>>,
    settings?: SettingsOf<Called>,
  ): Promise<ValueOf<Called>>
  run(task: Task, given: Partial<ArgValues<ArgSpecs>> = {}, asked: CallSettings = {}): Promise<unknown> {
    const session = this.#session
    requireTask(task)
    const name = session.nameOf(task)
    const key = this.keys.claim(name)
    requireEnd(name, key)
    const group = { key, parent: this.parent, step: name, type: 'task', title: name } as const
    return session.engine.group(group, async () => {
      const args = this.#argsFor(name, task, given)
      const settings = callSettings(name, task, asked)
      const scope = (within: Session, at: string | undefined) => new TaskScope(within, args, at)
      return callTask({ session, key, task, args, settings, scope, at: key })
    })
  }

  #argsFor(name: string, task: Task, given: Partial<ArgValues<ArgSpecs>>): ArgValues<ArgSpecs> {
    const fallback = { ...this.#session.argDefaults, ...this.args }
    const args = parseArgs(name, task.args, { ...ofArgs(task.args, fallback), ...given })
    maskSecrets(this.#session.mask, task.args, args)
    return args
  }

  branch<Result>(name: string, body: (t: BranchContext<Specs>) => Promise<Result>): Promise<Result> {
    return this.group({ name, title: name }, (key) =>
      unlessStopped(this.signal, body(new TaskScope(this.#session, this.args, key))),
    )
  }

  assign(role: string, hosts: readonly HostSpec[]): void {
    this.#session.hosts.assign(role, hosts)
  }

  async hosts(role: string): Promise<readonly HostSpec[]> {
    const { hosts } = this.#session
    // What the run itself has filled is filled again by a resume.
    if (hosts.isAssigned(role) || !hosts.roles.includes(role)) return hosts.of(role, this.parent ?? '/')
    const found = await this.fact(`hosts:${role}`, async (key) => JSON.stringify(await hosts.of(role, key)))
    return hostsFrom(JSON.parse(found), `role "${role}"`)
  }

  keep(duration: number | string, guard?: (t: Steps) => Promise<void>): Promise<void> {
    const ms = parseDuration(duration)
    if (ms === 0) return this.#lastLook(guard)
    return keepOpen({
      session: this.#session,
      key: this.keys.claim('keep'),
      parent: this.parent,
      ms,
      until: () => this.fact('until', () => new Date(Date.now() + ms).toISOString()),
      ...(guard && { guard }),
    })
  }

  /** Taken before the commit in any case. */
  async #lastLook(guard?: (t: Steps) => Promise<void>): Promise<void> {
    refuseUnkept(this.#session)
    await guard?.(this)
  }

  async confirm(question: string): Promise<void> {
    if (this.#session.engine.planning) return this.say(`asks: ${question}`)
    await this.fact('confirmed', () => this.#session.permission.confirm(question))
  }

  async commit(): Promise<void> {
    if (this.parent !== undefined) {
      throw new ViridianError(
        'E_COMMIT_NESTED',
        't.commit() belongs to the task that was run, not to one that it calls',
        { hint: 'call it there, once all that it calls is done', place: placeOfCaller() },
      )
    }
    refuseUnkept(this.#session)
    const { open } = this.#session.engine
    if (open.length > 0) {
      throw new ViridianError(
        'E_COMMIT_OPEN',
        `t.commit() while steps are not finished: ${open.join(', ')}`,
        {
          hint: 'await them before the commit',
        },
      )
    }
    await this.#session.commit()
  }

  async now(): Promise<Date> {
    return new Date(await this.fact('now', () => new Date().toISOString()))
  }

  id(): Promise<string> {
    return this.fact('id', () => randomBytes(8).toString('hex'))
  }
}

const deepest = 100

function requireEnd(name: string, key: string): void {
  if (key.split('/').length <= deepest) return
  throw new ViridianError('E_TASK_DEPTH', `${name} is called ${deepest} calls deep`, {
    hint: 'do tasks call each other in a circle?',
    place: placeOfCaller(),
  })
}
