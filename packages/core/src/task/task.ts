import type { Host } from '../remote/host.ts'
import type { HostCount, OnFailure } from '../remote/hosts/fan-out.ts'
import type { Retry } from '../remote/running/retry.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { ArgSpecs, ArgValues, KnownDetails } from './args.ts'
import type { RemoteTaskContext, TaskContext } from './context.ts'
import type { Hooks } from './hooks.ts'

// A symbol in the global registry: a task file may load another copy of this package.
const kind = Symbol.for('viridian.task')

interface Named<Specs extends ArgSpecs> {
  readonly summary?: string
  readonly args: Specs
  readonly hooks?: Hooks<Specs>
}

/** A task that runs once, where `tasks` runs. */
export interface LocalTask<Specs extends ArgSpecs = ArgSpecs, Result = unknown> extends Named<Specs> {
  readonly [kind]: 'local'
  /** What no second run may change at the same time. */
  locks(args: ArgValues<Specs>): readonly string[]
  /** The function that it was defined with. */
  body(t: TaskContext<Specs>): Promise<Result>
}

/** A task that runs on every host of a role. */
export interface RemoteTask<Specs extends ArgSpecs = ArgSpecs, Result = unknown>
  extends Named<Specs>,
    FanOutSettings<Specs> {
  readonly [kind]: 'remote'
  /** The role whose hosts it runs on. */
  readonly role: string
  /** Whether it runs on the first of them alone. */
  readonly once: boolean
  /** The function that it was defined with. */
  body(host: Host, t: RemoteTaskContext<Specs>): Promise<Result>
}

/** What `task` and `remoteTask` make, and a configuration lists. */
export type Task<Specs extends ArgSpecs = ArgSpecs, Result = unknown> =
  | LocalTask<Specs, Result>
  | RemoteTask<Specs, Result>

/** How a remote task spreads over its hosts. */
export interface FanOutSettings<Specs extends ArgSpecs = ArgSpecs> {
  /** Hosts at a time. @default 50 */
  readonly concurrency?: number
  /** Groups of hosts one after another: `[1, 5, '20%']`, or `'20%'`; the last size repeats. @default all hosts at once */
  readonly batches?: HostCount | readonly HostCount[] | Batches<Specs>
  /** Failed hosts that are borne, a number or a share; one that cannot be reached has failed. @default 0 */
  readonly maxFailures?: HostCount
  /**
   * What becomes of the others once more hosts have failed than may: `stop` ends those that are running, `finish` lets
   * them finish and begins no further one, `continue` runs all. The task fails in each case, and with it the task that has
   * called it; for one that is to go on, let more hosts fail (`maxFailures: '100%'`).
   *
   * @default finish
   */
  readonly onFailure?: OnFailure
  /** How long the function may take on one host, each try: milliseconds, or `5m`. @default without end */
  readonly timeout?: number | string
  /** How long the task may take on all hosts together. @default without end */
  readonly deadline?: number | string
  /** How often more the function is tried on a host on which it fails. @default 0 */
  readonly retry?: number | Retry
}

/** Batches with something between them. */
export interface Batches<Specs extends ArgSpecs = ArgSpecs> {
  /** Hosts in each, or a share of them: `[1, 5, '20%']`; the last one is repeated. */
  readonly sizes: readonly HostCount[]
  /** Waited for before each batch but the first, and before the check: milliseconds, or `30s`. */
  readonly pause?: number | string
  /**
   * Looks, before each batch but the first, whether to go on: its failure ends the task, and no further host is begun.
   *
   * @param done - the hosts on which the task has succeeded so far
   *
   * @example
   * ```ts
   * await t.run(restart, {}, {
   *   batches: { sizes: [1, '25%'], pause: '1m', check: (t, done) => t.run(uptime, {}, { hosts: done }) },
   * })
   * ```
   */
  check?(t: TaskContext<Specs>, done: readonly HostSpec[]): Promise<unknown>
}

/** How a remote task is called this time, in place of what its definition says. */
export interface CallSettings<Specs extends ArgSpecs = ArgSpecs> extends FanOutSettings<Specs> {
  /** In place of the hosts of its role: by the names that they have in any role, as addresses, or in full. */
  readonly hosts?: readonly (string | HostSpec)[]
}

export interface TaskSettings<Specs extends ArgSpecs> {
  /** One line for `tasks list`. */
  readonly summary?: string
  /** Typed flags, by name: `{ release: 'string', keepBlue: { type: 'duration', default: '10m' } }`. */
  readonly args?: Specs & KnownDetails<Specs>
  /** What happens around each call of it. */
  readonly hooks?: Hooks<Specs>
}

/** What {@link task} takes besides the function. */
export interface LocalTaskSettings<Specs extends ArgSpecs> extends TaskSettings<Specs> {
  /** What no second run may change at the same time, such as `group/web`: a second run is refused. */
  readonly locks?: (args: ArgValues<Specs>) => readonly string[]
}

/** What {@link remoteTask} takes besides the function. */
export interface RemoteTaskSettings<Specs extends ArgSpecs>
  extends TaskSettings<Specs>,
    FanOutSettings<Specs> {
  /** The role on whose hosts it runs: of the configuration, a plugin, or assigned during the run. */
  readonly role: string
  /** Runs on the first host of the role alone, and gives its value. @default false */
  readonly once?: boolean
}

/** A remote task that runs on the first host of its role alone. */
export type OnceTask<Specs extends ArgSpecs = ArgSpecs, Result = unknown> = RemoteTask<Specs, Result> & {
  readonly once: true
}

/**
 * Defines a task: a named async function that runs once, where `tasks` runs. Its name is its key in the config's
 * `tasks`.
 *
 * @example
 * ```ts
 * const greet = task({ summary: 'Say hello', args: { name: 'string' } }, async (t) => {
 *   t.say(`hello ${t.args.name}`)
 * })
 * ```
 */
export function task<const Specs extends ArgSpecs = Record<never, never>, Result = void>(
  settings: LocalTaskSettings<Specs>,
  body: (t: TaskContext<Specs>) => Promise<Result>,
): LocalTask<Specs, Result> {
  const { args, locks = () => [], ...rest } = settings
  // Without `args` the type parameter's default is the empty record.
  return { [kind]: 'local', ...rest, locks, args: args ?? ({} as Specs), body }
}

/**
 * Defines a remote task: its function runs once on every host of the role, many at a time.
 *
 * @example
 * ```ts
 * const uptime = remoteTask({ role: 'web' }, async (host) => {
 *   await host.run`uptime`
 * })
 * ```
 */
export function remoteTask<
  const Specs extends ArgSpecs = Record<never, never>,
  Result = void,
  Once extends boolean = false,
>(
  settings: RemoteTaskSettings<Specs> & { readonly once?: Once },
  body: (host: Host, t: RemoteTaskContext<Specs>) => Promise<Result>,
): RemoteTask<Specs, Result> & { readonly once: Once } {
  const { args, once, ...rest } = settings
  // Without `args` and `once` the type parameters' defaults are the empty record and false.
  return { [kind]: 'remote', ...rest, once: once ?? (false as Once), args: args ?? ({} as Specs), body }
}

export const isTask = (value: unknown): value is Task =>
  typeof value === 'object' && value !== null && kind in value

export const isRemote = <Specs extends ArgSpecs, Result>(
  task: Task<Specs, Result>,
): task is RemoteTask<Specs, Result> => task[kind] === 'remote'
