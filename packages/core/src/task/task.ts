import type { Host } from '../remote/host.ts'
import type { ArgSpecs, ArgValues } from './args.ts'
import type { RemoteTaskContext, TaskContext } from './context.ts'

// A symbol in the global registry: a task file may load another copy of this package.
const kind = Symbol.for('viridian.task')

interface Named<Specs extends ArgSpecs> {
  readonly summary?: string
  readonly args: Specs
}

/** A task that runs once, where `tasks` runs. */
export interface LocalTask<Specs extends ArgSpecs = ArgSpecs, Result = unknown> extends Named<Specs> {
  readonly [kind]: 'local'
  locks(args: ArgValues<Specs>): readonly string[]
  body(t: TaskContext<Specs>): Promise<Result>
}

/** A task that runs on every host of a role. */
export interface RemoteTask<Specs extends ArgSpecs = ArgSpecs, Result = unknown>
  extends Named<Specs>,
    FanOutSettings {
  readonly [kind]: 'remote'
  readonly role: string
  body(host: Host, t: RemoteTaskContext<Specs>): Promise<Result>
}

export type Task<Specs extends ArgSpecs = ArgSpecs, Result = unknown> =
  | LocalTask<Specs, Result>
  | RemoteTask<Specs, Result>

/** How a remote task spreads over its hosts. */
export interface FanOutSettings {
  /** Hosts at a time. @default 50 */
  readonly concurrency?: number
  /** Groups of hosts one after another: `[1, 5, '20%']`; the last size repeats. */
  readonly batches?: readonly (number | `${number}%`)[]
  /** Failed hosts that are borne before no further host starts. @default 0 */
  readonly maxFailures?: number | `${number}%`
}

export interface TaskSettings<Specs extends ArgSpecs> {
  /** One line for `tasks list`. */
  readonly summary?: string
  /** Typed flags, by name: `{ release: 'string', keepBlue: { type: 'duration', default: '10m' } }`. */
  readonly args?: Specs
}

export interface LocalTaskSettings<Specs extends ArgSpecs> extends TaskSettings<Specs> {
  /** What no second run may change at the same time, such as `group/web`: a second run is refused. */
  readonly locks?: (args: ArgValues<Specs>) => readonly string[]
}

export interface RemoteTaskSettings<Specs extends ArgSpecs> extends TaskSettings<Specs>, FanOutSettings {
  readonly role: string
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
  return {
    [kind]: 'local',
    ...(settings.summary !== undefined && { summary: settings.summary }),
    // Without `args` the type parameter's default is the empty record.
    args: settings.args ?? ({} as Specs),
    locks: settings.locks ?? (() => []),
    body,
  }
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
export function remoteTask<const Specs extends ArgSpecs = Record<never, never>, Result = void>(
  settings: RemoteTaskSettings<Specs>,
  body: (host: Host, t: RemoteTaskContext<Specs>) => Promise<Result>,
): RemoteTask<Specs, Result> {
  const { args, ...rest } = settings
  return { [kind]: 'remote', ...rest, args: args ?? ({} as Specs), body }
}

export const isTask = (value: unknown): value is Task =>
  typeof value === 'object' && value !== null && kind in value

export const isRemote = <Specs extends ArgSpecs, Result>(
  task: Task<Specs, Result>,
): task is RemoteTask<Specs, Result> => task[kind] === 'remote'
