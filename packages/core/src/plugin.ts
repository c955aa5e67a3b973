import type { HostFinder } from './config/config.ts'
import type { Check } from './doctor/check.ts'
import type { ViridianError } from './error.ts'
import type { PluginEvent } from './events/plugin-event.ts'
import type { Leftover, LeftoverKind, Use } from './gc/leftover.ts'
import type { Json } from './json.ts'
import type { SshDefaults } from './remote/transport.ts'
import type { RunIdentity, StepDefinition } from './step/definition.ts'
import type { Steps } from './step/steps.ts'

/**
 * What a plugin package's factory makes: steps for tasks to take, and what else it brings. Its methods are its own
 * affair; core knows only these members.
 *
 * @example
 * ```ts
 * export interface Ec2 extends Plugin {
 *   launch(t: Steps, count: number): Promise<readonly string[]>
 * }
 * export const ec2 = (settings: Ec2Settings = {}): Ec2 => ({
 *   name: 'aws-ec2',
 *   module: '@viridian/aws-ec2',
 *   settings: { ...settings },
 *   steps: [runInstances],
 *   launch: (t, count) => t.step(runInstances, { count }),
 * })
 * export default ec2
 * ```
 */
export interface Plugin {
  /** Unique among the plugins of a stage, and the first part of the names of its steps: `aws-ec2`. */
  readonly name: string
  /**
   * What to import for its default export, which makes this plugin from its settings: a package, or a file as seen from the
   * task file's directory, `./announce.ts`. So a rollback finds it without the task file.
   */
  readonly module: string
  /** What the factory was called with; journaled. Spread what an interface tells of: `{ ...settings }` is JSON to the compiler. */
  readonly settings: Json
  /** Every step that its methods take, so that a journal's steps can be undone. */
  readonly steps?: readonly StepDefinition[]
  /** Roles that it knows how to fill, by name. */
  readonly roles?: Readonly<Record<string, HostFinder>>
  /** For a plugin that gives a stage its surroundings (endpoint, credentials): opened once a run, before any code of its task. */
  readonly surroundings?: (run: SurroundingsContext) => Promise<Surroundings>
  /**
   * Its surroundings where they stand already, such as a cloud that runs: for what only looks, and is not to open any.
   * @default they never do
   */
  readonly standing?: (run: SurroundingsContext) => Promise<Surroundings | undefined>
  /** True when nothing that runs on its stage can reach a real account: such a stage does not ask before changes. */
  readonly rehearsal?: boolean
  /** What runs leave behind, of each kind that its steps make: found and removed by `tasks gc`. */
  readonly leftovers?: readonly LeftoverKind[]
  /** Which of these, found by this plugin or another, are used by something that this plugin knows of. */
  readonly users?: (t: Steps, found: readonly Leftover[]) => Promise<readonly Use[]>
  /** What `tasks doctor` looks at besides: what its steps rely on. */
  readonly checks?: readonly Check[]
  /** Sub-commands that it adds to `tasks`. */
  readonly commands?: readonly PluginCommand[]
}

/** What a plugin is handed when it opens the surroundings of a stage. */
export interface SurroundingsContext {
  /** The run that they are opened for. */
  readonly run: RunIdentity
  /** Absolute path of the project's `.tasks/`. */
  readonly stateDirectory: string
  /** Aborted when the run stops. */
  readonly signal: AbortSignal
  /** Emits an event of the plugin's own. */
  emit(event: PluginEvent): void
  /** Tells the person who watches. */
  note(text: string): void
  /**
   * What was opened has gone, for this reason: the run ends, and is left as it stands. Whatever would take it back, or look at
   * what came of it, would ask in vain.
   */
  lost(reason: ViridianError): void
}

/** What a stage gives to the runs on it. */
export interface Surroundings {
  /** Environment variables for everything that the run starts and for the SDKs in it; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Defaults for hosts that do not say. */
  readonly ssh?: SshDefaults
  /** Called once, before the first change of the run is asked for. */
  beforeFirstChange?(): Promise<void>
  /** Called at the end, before `run.finished`, however the run ended. */
  close?(): Promise<void>
}

/** `tasks <name> <action>`: such as `tasks cloud up`. */
export interface PluginCommand {
  /** A word of its own among the commands: `cloud`. */
  readonly name: string
  /** One line for `tasks --help`. */
  readonly summary: string
  /** At least one. */
  readonly actions: readonly PluginAction[]
}

/** One thing that a plugin's command does. */
export interface PluginAction {
  /** The word behind the command: `up`. */
  readonly name: string
  /** One line for `--help`. */
  readonly summary: string
  /** Its flags, as commander writes them: `--latency <ms>`. */
  readonly options?: readonly { readonly flags: string; readonly summary: string }[]
  /** Returns the exit code. */
  run(c: ActionContext): Promise<number>
}

/** What was given for the flags of an action; undefined for what was not. */
export type ActionOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** What an action is handed. */
export interface ActionContext {
  /** Absolute path of the project's `.tasks/`. */
  readonly stateDirectory: string
  /** By name in camel case; an option that may be repeated is a list. */
  readonly options: ActionOptions
  /** True with `--json`: what it prints is read by a program. */
  readonly json: boolean
  /** Aborted on Ctrl-C, and by SIGTERM or SIGHUP. */
  readonly signal: AbortSignal
  /** Prints a line on stdout. */
  print(line: string): void
}
