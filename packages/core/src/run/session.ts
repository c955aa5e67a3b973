import { join, resolve } from 'node:path'
import type { RoleSpec } from '../config/config.ts'
import type { ViridianError } from '../error.ts'
import type { Event } from '../events/event.ts'
import type { Mask } from '../events/mask.ts'
import { maskedRecord } from '../journal/masked.ts'
import type { Plugin } from '../plugin.ts'
import { render, type Template, type TemplateData } from '../remote/files/template.ts'
import type { Host } from '../remote/host.ts'
import { OutputFiles } from '../remote/output/output-files.ts'
import { createRemote, type HostHooks, type Remote } from '../remote/remote.ts'
import type { Circumstances } from '../remote/running/command-run.ts'
import type { HostSpec, SshDefaults } from '../remote/transport.ts'
import type { RunIdentity, StepContext } from '../step/definition.ts'
import { Engine } from '../step/engine.ts'
import { Registry } from '../step/registry.ts'
import type { StepHost } from '../step/scope.ts'
import { UndoUnderWay } from '../step/under-way.ts'
import type { OpenCall } from '../task/failure-hooks.ts'
import type { HostChoice } from '../task/host-choice.ts'
import { Roles } from '../task/roles.ts'
import type { Task } from '../task/task.ts'
import { namesOf } from '../task/tree.ts'
import { HeldLocks } from './held-locks.ts'
import { lapseOf } from './lease.ts'
import type { LockStore } from './lock.ts'
import { Permission } from './permission.ts'
import { Resources } from './resources.ts'
import { RunHosts } from './run-hosts.ts'
import { runnerHere } from './run-identity.ts'
import type { SessionSettings } from './session-settings.ts'
import { pluginsOf, rolesOf, StageAtRun, stageOf } from './stage.ts'
import { ToldAtEnd } from './told.ts'
import { WayBack } from './way-back.ts'

/** What all of a run's tasks and steps share. */
export class Session implements StepHost {
  readonly engine: Engine
  readonly identity: RunIdentity
  readonly mask: Mask
  readonly directory: string
  readonly plugins: readonly Plugin[]
  /** The roles as they are configured. */
  readonly roleSpecs: Readonly<Record<string, RoleSpec>>
  /** What the stage says for arguments that are not given. */
  readonly argDefaults: Readonly<Record<string, unknown>>
  readonly registry: Registry
  readonly permission: Permission
  readonly hosts: RunHosts
  readonly #settings: SessionSettings
  readonly #remote: Remote
  readonly #resources = new Resources()
  readonly #stage: StageAtRun
  readonly #names: ReadonlyMap<Task, string>
  readonly wayBack: WayBack
  #opening: Promise<SshDefaults> | undefined
  #isLost = false
  readonly #locks = new HeldLocks()
  readonly #outputs: OutputFiles
  readonly #calls = new Set<OpenCall>()
  readonly told = new ToldAtEnd()
  readonly undo = new UndoUnderWay()

  constructor(settings: SessionSettings) {
    const { config, identity, ledger } = settings
    const stop = new AbortController()
    const stage = stageOf(config, identity.stage)
    const past = settings.isAside ? undefined : ledger.history()
    this.#settings = settings
    this.identity = identity
    this.mask = settings.mask
    this.#outputs = new OutputFiles({
      directory: join(settings.stateDirectory, 'output', identity.id),
      mask: (text) => this.mask.text(text),
      cuts: this.mask,
    })
    this.directory = settings.directory
    this.plugins = pluginsOf(config, stage)
    this.argDefaults = stage.defaults ?? {}
    this.roleSpecs = rolesOf(config, stage)
    this.registry = new Registry(this.plugins)
    this.engine = new Engine({
      planning: settings.planning,
      stop,
      past: past?.steps ?? new Map(),
      mask: this.mask,
      emit: (event) => this.emit(event),
      record: (record) => ledger.append(maskedRecord(this.mask, record)),
    })
    this.wayBack = new WayBack({
      identity,
      engine: this.engine,
      ledger,
      locks: this.#locks,
      detaches: settings.detach === true,
      emit: (event) => this.emit(event),
    })
    this.hosts = new RunHosts({
      roles: new Roles(this.roleSpecs, settings.choice),
      choice: settings.choice,
      past: past?.hosts ?? new Map(),
      engine: this.engine,
      emit: (event) => this.emit(event),
      openStage: () => this.openStage(),
      context: (key) => this.contextFor({ key }, this.engine.signal),
    })
    this.#names = namesOf(config.tasks)
    this.#stage = new StageAtRun(
      stage,
      this.plugins,
      { ...config.ssh, ...stage.ssh },
      {
        run: identity,
        stateDirectory: settings.stateDirectory,
        signal: stop.signal,
        emit: (event) => this.emit({ kind: 'plugin', event }),
        note: (text) => this.emit({ kind: 'note', level: 'info', text }),
        lost: (reason) => this.#lose(reason),
      },
    )
    this.permission = new Permission({
      identity,
      isAsked: !this.#stage.isRehearsal,
      confirm: settings.confirm,
      prepare: async () => {
        await this.openStage()
        await this.#stage.beforeFirstChange()
      },
    })
    this.#remote = createRemote({
      defaults: () => this.openStage(),
      ...this.circumstances,
      ask: async (question) => {
        const answer = await settings.ask(question)
        if (question.secret && answer !== undefined) this.mask.add(answer)
        return answer
      },
      onSecret: (value) => this.mask.add(value),
      lend: settings.lend,
      note: (text) => this.emit({ kind: 'note', level: 'info', text }),
      directory: settings.directory,
      stateDirectory: settings.stateDirectory,
      planning: settings.planning,
      learnsHostKeys: !settings.onlyLooks,
    })
  }

  /** What commands on hosts and here run under. */
  get circumstances(): Omit<Circumstances, 'onLine'> {
    const { caughtUp } = this.#settings
    return {
      signal: this.engine.signal,
      mask: (text) => this.mask.text(text),
      cuts: this.mask,
      outputs: this.#outputs,
      ...(caughtUp && { caughtUp }),
    }
  }

  /**
   * The same run behind its failure: with steps and connections of its own, which what has stopped the run does not stop. Of
   * what was recorded nothing is replayed. It is closed by whoever has asked for it.
   */
  aside(): Session {
    const aside = new Session({ ...this.#settings, isAside: true })
    aside.#opening = this.#opening
    aside.permission.share(this.permission)
    aside.hosts.share(this.hosts)
    return aside
  }

  /** Notes a call with a hook for its failure. */
  begin(call: OpenCall): void {
    this.#calls.add(call)
  }

  done(call: OpenCall): void {
    this.#calls.delete(call)
  }

  /** Those that were begun and are not done, the innermost first. */
  openCalls(): readonly OpenCall[] {
    return [...this.#calls].reverse()
  }

  /** The hosts that it is for; undefined: all. */
  get choice(): HostChoice | undefined {
    return this.#settings.choice
  }

  get committed(): boolean {
    return this.#settings.ledger.history()?.committed ?? false
  }

  emit(event: Event): void {
    this.told.hear(event)
    this.#settings.emit(this.mask.deep(event))
  }

  contextFor(step: { key: string; parent?: string }, signal: AbortSignal): StepContext {
    return {
      run: this.identity,
      key: step.key,
      signal,
      progress: (text) => this.emit({ kind: 'step.progress', ...step, text }),
      emit: (event) => this.emit({ kind: 'plugin', event }),
      environment: async () => {
        await this.openStage()
      },
      resource: (key, make, dispose) => this.#resources.get(key, make, dispose),
    }
  }

  async beforeChange(): Promise<void> {
    await this.permission.get()
    this.#locks.check()
  }

  /**
   * Takes the locks of the run and of what its task declares.
   *
   * @throws ViridianError `E_LOCKED`
   */
  async lock(store: LockStore, names: readonly string[]): Promise<void> {
    const { id: run, task } = this.identity
    const holder = { run, task, ...runnerHere() }
    await this.#locks.acquire(store, names, holder, (name) => ({
      onTakeover: (lapsed) => {
        if (lapsed.run === run) return
        const text = `the lock on ${name} is taken over from run ${lapsed.run} of ${lapsed.user} on ${lapsed.host}, ${lapseOf(lapsed, holder.host)}`
        this.emit({ kind: 'note', level: 'warning', text })
      },
      onLost: (error) => this.engine.fail(error),
    }))
  }

  /** Commands on hosts count as changes on every stage that was given a name. */
  async beforeRemoteTask(): Promise<void> {
    if (this.#settings.config.stages !== undefined) await this.beforeChange()
  }

  /** What the stage sets for everything that runs on it. */
  get stageEnv(): Readonly<Record<string, string>> {
    return stageOf(this.#settings.config, this.identity.stage).env ?? {}
  }

  /** Sets the stage's variables, before any code of the task runs. */
  enterStage(): void {
    this.#stage.enter()
  }

  /** True when nothing here can reach a real account. */
  get isRehearsal(): boolean {
    return this.#stage.isRehearsal
  }

  /** What the stage stands on has gone: nothing can be taken back. */
  get isLost(): boolean {
    return this.#isLost
  }

  #lose(reason: ViridianError): void {
    this.#isLost = true
    this.engine.fail(reason)
    this.undo.giveUpAll(reason)
    // Those that are asking would ask for as long as their patience lasts: what came of them is found by whoever goes on.
    this.engine.abandon()
  }

  /** Opens the stage, once: as a line of its own when it has surroundings to open. */
  openStage(): Promise<SshDefaults> {
    const { onlyLooks = false } = this.#settings
    const open = (): Promise<SshDefaults> => (onlyLooks ? this.#stage.join() : this.#stage.open())
    const title = `open the stage "${this.identity.stage}"`
    const group = { key: '/stage#0', parent: undefined, step: 'stage', type: 'task', title } as const
    const isLine = this.#stage.hasSurroundings && !onlyLooks
    this.#opening ??= isLine ? this.engine.group(group, open) : open()
    return this.#opening
  }

  nameOf(task: Task): string {
    return this.#names.get(task) ?? task.summary ?? 'task'
  }

  /** @param until - what ends with the host's task, and what follows it; left out: all ends with the run */
  host(
    spec: HostSpec,
    step: { key: string; parent: string; host: string },
    { onCommand, ...until }: Pick<HostHooks, 'signal' | 'atEnd' | 'track' | 'onCommand'> = {},
  ): Host {
    return this.#remote.host(spec, {
      ...until,
      onWarning: (text) => this.emit({ kind: 'note', level: 'warning', text }),
      onCommand: (command) => {
        onCommand?.(command)
        this.emit({ kind: 'host.command', ...step, command, planned: this.engine.planning })
      },
      onLine: (stream, line) => this.emit({ kind: 'host.output', ...step, stream, line }),
    })
  }

  /** Fills a template in; relative paths start at the project's directory. */
  render(template: Template, data: TemplateData): Promise<string> {
    return render(template, data, (path) => resolve(this.directory, path))
  }

  async commit(): Promise<void> {
    const at = new Date().toISOString()
    await this.wayBack.reclaim()
    if (!this.engine.planning && !this.committed) await this.engine.record({ kind: 'committed', at })
    this.emit({ kind: 'committed', at })
  }

  /**
   * Ends what the run holds open; everything is tried, the first failure is thrown.
   *
   * @param keepsWayBack - the way back that is kept open stays open. @default false
   */
  async close(keepsWayBack = false): Promise<void> {
    const endings = [
      () => this.#remote.close(),
      () => this.#stage.close(),
      () => this.#resources.dispose(),
      () => this.#locks.release(keepsWayBack),
    ]
    const failures: unknown[] = []
    for (const end of endings) await end().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }
}
