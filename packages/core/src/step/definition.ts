import type { z } from 'zod'
import type { PluginEvent } from '../events/plugin-event.ts'

/** What every function of a step is handed besides its input, and a function that finds a role's hosts. */
export interface StepContext {
  /** The run that the step is of. */
  readonly run: RunIdentity
  /** Which step of the run this is: its key in the journal. Of a role, that of the task which is called on it. */
  readonly key: string
  /** Aborted when the run stops: waits end, calls under way may finish. */
  readonly signal: AbortSignal
  /** Says what the step is waiting for; shown beside it while it runs. */
  progress(text: string): void
  /** Emits an event of the plugin's own. */
  emit(event: PluginEvent): void
  /** The stage's environment is in place (endpoint, credentials) once this resolves. */
  environment(): Promise<void>
  /** Something made once a run and shared by its steps, such as a client; disposed of at the run's end. */
  resource<Value>(key: symbol, make: () => Value, dispose?: (value: Value) => void | Promise<void>): Value
}

/** Which run it is, of what, and whose. */
export interface RunIdentity {
  /** Sortable by time, unique: `20261123-154233-k3f9`. */
  readonly id: string
  /** The task's name: `deploy:bluegreen`. */
  readonly task: string
  /** The stage's name: `production`. */
  readonly stage: string
  /** Who began it, and where: `ada@laptop`. */
  readonly by: string
}

/** What `find` answers of a change whose outcome is not on record. */
export type Found<Output> =
  | { readonly status: 'done'; readonly output: Output }
  | { readonly status: 'absent' }
  | { readonly status: 'unknown'; readonly reason: string }

// What a step is of is inferred from its schemas alone: its functions are held to them.
interface Definition<Input, Output> {
  /** Unique, `plugin/verb-noun`: `aws-ec2/launch`. Part of the identity of recorded steps: never reused for another meaning. */
  readonly name: string
  /** Raised when the schemas or the meaning change: a journal is undone only by the version that wrote it. */
  readonly version: number
  readonly input: z.ZodType<Input>
  readonly output: z.ZodType<Output>
  /** The AWS actions that it may call, as IAM names them: `ec2:RunInstances`. */
  readonly calls: readonly string[]
  /** One line for people, imperative and short: `launch 3 instances like web-lc-1`. */
  title(input: Input): string
  /**
   * What an approver of a plan wants to know besides its title, a line each: whom it is about, how long it may wait. The
   * output is what a read has read, and a placeholder of others; a read that cannot be made in a plan is not asked.
   */
  details?(input: Input, output: NoInfer<Output>): readonly string[]
  /** In place of the output when the step is only planned; the default is made from the output schema. */
  placeholder?(input: Input): NoInfer<Output>
  /**
   * The things that are no more behind it, and with them their parts: terminated, deleted, given back. What the run has made
   * or held of them is not told as there any more. Also of a read or a check that finds them gone.
   */
  ends?(input: Input, output: NoInfer<Output>): readonly string[]
}

/** Reads a fact; recorded, and replayed by a resume. Runs in a plan too, unless its input holds placeholders. */
export interface ReadDefinition<Input, Output> extends Definition<Input, Output> {
  /** Set by {@link defineRead}. */
  readonly kind: 'read'
  /** Reads it; nothing is changed. */
  run(input: Input, c: StepContext): Promise<NoInfer<Output>>
}

/**
 * Watches or waits for a condition (health, smoke test). Never run in a plan; run again by a resume, unless the run has
 * come to keep its way back open, or to its commit, since: from there on guards watch, and what was checked may be gone.
 */
export interface CheckDefinition<Input, Output> extends Definition<Input, Output> {
  /** Set by {@link defineCheck}. */
  readonly kind: 'check'
  /** Looks, or waits and looks; throws what it does not find. */
  run(input: Input, c: StepContext): Promise<NoInfer<Output>>
}

/** What the functions of a change are handed besides, once its intent is on record. */
export interface ChangeContext<Before> extends StepContext {
  /** What `before` read; journaled with the intent. */
  readonly before: Before
  /** Derived from run and step: the same at every try. At most 40 characters of `[a-z0-9-]`. For ClientTokens, names and tags. */
  readonly token: string
}

/** What an undo may say of itself. */
export interface UndoReport {
  /** What it left alone, because somebody else has changed it since. */
  readonly leftAlone?: string
}

/** One changing call, with all that it takes to find it again and to reverse it. */
export interface ChangeDefinition<Input, Before, Output> extends Definition<Input, Output> {
  /** Set by {@link defineChange}. */
  readonly kind: 'change'
  /** What `before` reads, as JSON; it has no secrets in it. */
  readonly beforeSchema: z.ZodType<Before>
  /** Reads the state that undo will need. Changes nothing. */
  before(input: Input, c: StepContext): Promise<NoInfer<Before>>
  /** Makes the change by one changing call, and waits for nothing that a later step could wait for. */
  run(input: Input, c: ChangeContext<Before>): Promise<NoInfer<Output>>
  /** Looks whether the change was made: after a crash, or after a call that failed without a clear no. */
  find(input: Input, c: ChangeContext<Before>): Promise<Found<NoInfer<Output>>>
  /**
   * Waits until it can be reversed, and fails where it cannot: asked before anything of the run is undone, so that what was
   * made behind it stays whole, and the way forward open. Not asked of what touches nothing but the run's own work.
   */
  ready?(
    input: Input,
    c: ChangeContext<Before> & {
      readonly output: NoInfer<Output>
      /** What the undos that go ahead of its own will have put back in use by then, and is not as yet. */
      readonly restored: readonly string[]
    },
  ): Promise<void>
  /** Reverses it. May be called twice; leaves alone what somebody else has changed since. */
  undo(
    input: Input,
    c: ChangeContext<Before> & { readonly output: NoInfer<Output> },
  ): Promise<UndoReport | undefined>
  /**
   * How long its undo may take, as milliseconds or text, before it counts as failed and the next one is taken.
   *
   * @default '2h'
   */
  readonly undoTimeout?: number | string
  /**
   * Whether its undo gives users back to what served them before. It then goes ahead of what was done behind it, except for
   * what shares a thing with it that the run has not made, and what that depends on.
   *
   * @default false
   */
  readonly givesTrafficBack?: boolean
  /**
   * The things that it changes or relies on, such as `group/web`, `instance/i-1`, and parts of them: `group/web#capacity`. When
   * its undo fails, those that come behind it and share a thing with it are held back: what could not be detached is not
   * terminated, and what users could not be given back from is left as they need it.
   */
  touches(input: Input, output: NoInfer<Output>): readonly string[]
  /**
   * Those of the things that it touches which are its own work: `instance/i-1` of a launch, `group/web--1` of a copy.
   * What a rollback that keeps green does not take away, nor what was changed of it since.
   */
  makes?(input: Input, output: NoInfer<Output>): readonly string[]
  /**
   * What is there of it for the time of the run alone, by thing and in words: a raised max, blue in standby. It is told as
   * left where a run is over and no later step has ended it.
   */
  holds?(input: Input, output: NoInfer<Output>): Readonly<Record<string, string>>
  /** Names of the hosts that it makes: once it is undone they are gone, and with them what commands have done on them. */
  hosts?(input: Input, output: NoInfer<Output>): readonly string[]
  /**
   * What was in use before, and what its undo puts back in use: the launch source that a group was pointed away from, the
   * instances that were in service. Until the run is over, `tasks gc` lets it be, and `ready` of what is undone behind it
   * may count on it.
   */
  restores?(input: Input, before: NoInfer<Before>): readonly string[]
  /**
   * What it leaves in the account while it is not undone, in words for a person; empty for a change that leaves nothing behind.
   *
   * @default what it holds, or its title
   */
  leaves?(input: Input, output: NoInfer<Output>): readonly string[]
}

/** Any step. With the defaults, as registries hold it: its functions are called only with what its own schemas have parsed. */
export type StepDefinition<Input = unknown, Before = unknown, Output = unknown> =
  | ReadDefinition<Input, Output>
  | CheckDefinition<Input, Output>
  | ChangeDefinition<Input, Before, Output>

/**
 * Defines a step that reads a fact of the outside world.
 *
 * @example
 * ```ts
 * const describeGroup = defineRead({
 *   name: 'aws-autoscaling/describe', version: 1,
 *   input: z.object({ group: z.string() }), output: Fleet,
 *   calls: ['autoscaling:DescribeAutoScalingGroups'],
 *   title: ({ group }) => `describe ${group}`,
 *   run: ({ group }, c) => readFleet(c, group),
 * })
 * ```
 */
export function defineRead<Input, Output>(
  definition: Omit<ReadDefinition<Input, Output>, 'kind'>,
): ReadDefinition<Input, Output> {
  return { kind: 'read', ...definition }
}

/**
 * Defines a step that waits for a condition or tests one: health, a smoke test. It fails by throwing.
 *
 * @example
 * ```ts
 * const testWhole = defineCheck({
 *   name: 'aws-autoscaling/test-whole', version: 1,
 *   input: z.object({ group: z.string() }), output: z.null(),
 *   calls: ['autoscaling:DescribeAutoScalingGroups'],
 *   title: ({ group }) => `see ${group} whole`,
 *   run: async ({ group }, c) => {
 *     const { desired, instances } = await readFleet(c, group)
 *     if (instances.length === desired) return null
 *     throw new ViridianError('E_GROUP_NOT_WHOLE', `${group} has ${instances.length} of ${desired} instances`)
 *   },
 * })
 * ```
 */
export function defineCheck<Input, Output>(
  definition: Omit<CheckDefinition<Input, Output>, 'kind'>,
): CheckDefinition<Input, Output> {
  return { kind: 'check', ...definition }
}

/**
 * Defines a step that changes something; see {@link ChangeDefinition} for the contract of its functions.
 *
 * @example
 * ```ts
 * const changeMax = defineChange({
 *   name: 'aws-autoscaling/change-max', version: 1,
 *   input: z.object({ group: z.string(), max: z.int() }),
 *   beforeSchema: z.object({ max: z.int() }),
 *   output: z.null(),
 *   calls: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:UpdateAutoScalingGroup'],
 *   title: ({ group, max }) => `set max of ${group} to ${max}`,
 *   before: async ({ group }, c) => ({ max: (await readFleet(c, group)).max }),
 *   run: async ({ group, max }, c) => {
 *     await setMax(c, group, max)
 *     return null
 *   },
 *   find: async ({ group, max }, c) =>
 *     (await readFleet(c, group)).max === max ? { status: 'done', output: null } : { status: 'absent' },
 *   undo: async ({ group, max }, c) => {
 *     if ((await readFleet(c, group)).max !== max) return { leftAlone: `somebody has changed max of ${group}` }
 *     await setMax(c, group, c.before.max)
 *     return undefined
 *   },
 *   touches: ({ group }) => [`group/${group}`],
 *   leaves: ({ group, max }) => [`max of group ${group} at ${max}`],
 * })
 * ```
 */
export function defineChange<Input, Before, Output>(
  definition: Omit<ChangeDefinition<Input, Before, Output>, 'kind'>,
): ChangeDefinition<Input, Before, Output> {
  return { kind: 'change', ...definition }
}
