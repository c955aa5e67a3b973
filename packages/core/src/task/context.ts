import type { Template, TemplateData } from '../remote/files/template.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { Steps } from '../step/steps.ts'
import type { ArgSpecs, ArgValues } from './args.ts'
import type { LocalCommands } from './local-commands.ts'
import type { CallSettings, LocalTask, OnceTask, RemoteTask, Task } from './task.ts'

/** What every task function is handed. */
interface AnyTaskContext<Specs extends ArgSpecs> {
  readonly args: ArgValues<Specs>
  readonly runId: string
  /** The stage's name: `local`, `production`. */
  readonly stage: string
  /** Aborted when the run stops. */
  readonly signal: AbortSignal
  /** Tells the person who watches; it stands between the steps. */
  say(text: string): void
  /**
   * Fills a template in, as `host.template` does.
   *
   * @throws ViridianError `E_TEMPLATE` with the line and the name of what the data does not have
   */
  render(template: Template, data?: TemplateData): Promise<string>
  /** Masks a value wherever text leaves from now on, and gives it back; one of fewer than four characters is not masked. */
  secret(value: string): string
}

/** The `t` of a remote task. */
export interface RemoteTaskContext<Specs extends ArgSpecs = ArgSpecs> extends AnyTaskContext<Specs> {}

/** The results of a remote task by host name. */
export type HostValues<Result> = Readonly<Record<string, Result>>

/** What a task gives to who calls it. */
export type ValueOf<Called extends Task> =
  Called extends OnceTask<ArgSpecs, infer Result>
    ? Result
    : Called extends RemoteTask<ArgSpecs, infer Result>
      ? HostValues<Result>
      : Called extends LocalTask<ArgSpecs, infer Result>
        ? Result
        : never

/** What a call of a task may set: nothing of one that runs on no hosts. */
export type SettingsOf<Called extends Task> =
  Called extends RemoteTask<ArgSpecs> ? CallSettings<Called['args']> : never

/** The `t` of a task: everything that it depends on goes through here, so that a run can be resumed and undone. */
export interface TaskContext<Specs extends ArgSpecs = ArgSpecs>
  extends AnyTaskContext<Specs>,
    LocalCommands,
    Steps {
  /**
   * Runs another task as part of this one. Arguments that are not given are taken from this task's own, by name. A remote
   * task gives the values of its hosts by their names, one that runs `once` its value.
   *
   * @param settings for a remote task: its hosts, and how it spreads over them, this time
   * @throws HostsError when a remote task failed on more hosts than it may; it holds every host's result. Caught or not, a
   * task's failure ends the run
   *
   * @example
   * ```ts
   * await t.run(restart, {}, { hosts: green, batches: [1, '25%'], maxFailures: '10%' })
   * ```
   */
  run<Called extends Task>(
    task: Called,
    args?: Partial<ArgValues<Called['args']>>,
    settings?: SettingsOf<Called>,
  ): Promise<ValueOf<Called>>
  /**
   * Opens a named scope for what runs beside other things; its failure stops the run as any step's does. Two chains that
   * run side by side need a branch each, and take their steps from the `t` of their branch: a resumed run tells by the
   * order within a scope which step is which.
   *
   * @throws ViridianError `E_SCOPE_OUTER` when the body takes a step from a `t` outside
   *
   * @example
   * ```ts
   * await Promise.all([
   *   t.branch('upload', async (t) => {
   *     await t.$`npm run build`
   *     await t.run(upload)
   *   }),
   *   t.branch('migrate', (t) => t.run(migrate)),
   * ])
   * ```
   */
  branch<Result>(name: string, body: (t: BranchContext<Specs>) => Promise<Result>): Promise<Result>
  /** Fills a role for the rest of the run, in place of what the configuration says of it. */
  assign(role: string, hosts: readonly HostSpec[]): void
  /** The hosts of a role, as assigned or configured; recorded: a resumed run sees the same. */
  hosts(role: string): Promise<readonly HostSpec[]>
  /**
   * Waits out a window in which everything can still be taken back, and watches meanwhile: `guard` runs every few
   * seconds, once for a window of no time, and its failure undoes the run. In the window `tasks rollback` of this run goes
   * back, from any terminal. With `--detach` the run ends here, and `tasks resume` finishes it: at once, if a last guard
   * has nothing against it.
   *
   * @param duration in milliseconds, or as people write it: `10m`
   */
  keep(duration: number | string, guard?: (t: Steps) => Promise<void>): Promise<void>
  /** From here on the way is forward only. Refused while steps are open, and in a task that another one called. */
  commit(): Promise<void>
  /**
   * Asks a person for leave, on every stage; `--yes` gives it, and a resumed run does not ask again.
   *
   * @throws ViridianError `E_DECLINED` when the answer is no, `E_NOT_CONFIRMED` when nobody can be asked
   */
  confirm(question: string): Promise<void>
  /** The time, recorded: a resumed run sees the same. */
  now(): Promise<Date>
  /** Something random, recorded: 16 characters of `[0-9a-f]`. */
  id(): Promise<string>
}

/** The `t` of a branch: it can do what a task can, but for what belongs to the run as a whole. */
export interface BranchContext<Specs extends ArgSpecs = ArgSpecs>
  extends Omit<TaskContext<Specs>, 'commit' | 'keep'> {}
