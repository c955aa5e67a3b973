import { z } from 'zod'
import { ViridianError } from '../error.ts'
import type { Mask } from '../events/mask.ts'
import type { ChangeDefinition, RunIdentity, StepContext, StepDefinition } from './definition.ts'
import type { Engine, Planned } from './engine.ts'
import { Keys, tokenOf, within } from './identity.ts'
import { asJson, type Performance, type Preparation } from './performance.ts'
import { holdsPlaceholder, placeholderFor } from './placeholder.ts'
import type { Registry } from './registry.ts'
import { hearSecrets } from './secret.ts'
import type { Move, Steps } from './steps.ts'
import { recordedTraces } from './traces.ts'

/** What a run provides to the steps that are taken in it. */
export interface StepHost {
  readonly engine: Engine
  readonly identity: RunIdentity
  readonly mask: Mask
  /** The steps of the plugins that the configuration lists. */
  readonly registry: Registry
  /** The context handed to a step's functions. */
  contextFor(step: { key: string; parent?: string }, signal: AbortSignal): StepContext
  /** Asks for leave and prepares the stage, once, before the run's first change. */
  beforeChange(): Promise<void>
}

/** A scope of a run: it gives its steps their keys and takes them. */
export class Scope implements Steps {
  protected readonly host: StepHost
  /** The key of the group that this scope belongs to; undefined at the top. */
  protected readonly parent: string | undefined
  protected readonly keys: Keys
  /** Only failures are shown: for what is done again and again. */
  readonly #quiet: boolean

  constructor(host: StepHost, parent?: string, quiet = false) {
    this.host = host
    this.parent = parent
    this.#quiet = quiet
    this.keys = new Keys(parent ?? '')
  }

  get by(): string {
    return this.host.identity.by
  }

  get runId(): string {
    return this.host.identity.id
  }

  step<Input, Before, Output>(
    definition: StepDefinition<Input, Before, Output>,
    input: Input,
  ): Promise<Output> {
    const { engine } = this.host
    const key = this.keys.claim(definition.name)
    return engine.track(titleOf(definition, input), async () => {
      this.host.registry.requireListed(definition)
      const step = { ...performanceOf(this.host, key, this.parent, definition, input), quiet: this.#quiet }
      return engine.planning
        ? engine.plan(step, () => planned(definition, step, input))
        : engine.perform(step)
    })
  }

  move<Result>(move: Move, body: (t: Steps) => Promise<Result>): Promise<Result> {
    return this.group(move, (key) => body(new Scope(this.host, key, this.#quiet)))
  }

  protected group<Result>(
    { name: step, title }: Move,
    body: (key: string) => Promise<Result>,
  ): Promise<Result> {
    const key = this.keys.claim(step)
    const group = { key, parent: this.parent, step, type: 'move', title, quiet: this.#quiet } as const
    return this.host.engine.group(group, () => within(key, title, () => body(key)))
  }

  /** A value that a resumed run must see again. */
  fact(name: string, make: (key: string) => string | Promise<string>): Promise<string> {
    const { engine } = this.host
    const key = this.keys.claim(name)
    return engine.track(name, async () => {
      if (engine.planning) return make(key)
      return engine.perform({
        key,
        parent: this.parent,
        type: 'fact',
        step: name,
        version: 1,
        title: name,
        input: asJson(null),
        parse: (output) => z.string().parse(output),
        work: async () => make(key),
      })
    })
  }
}

/** For what has to be said before its input is checked. */
function titleOf<Input, Before, Output>(
  { name, input: schema, title }: StepDefinition<Input, Before, Output>,
  input: Input,
): string {
  const parsed = schema.safeParse(input)
  return parsed.success ? title(parsed.data) : name
}

function performanceOf<Input, Before, Output>(
  host: StepHost,
  key: string,
  parent: string | undefined,
  definition: StepDefinition<Input, Before, Output>,
  given: Input,
): Performance<Output> {
  const { value: input, secrets } = hearSecrets(() => parseStep(definition, 'input', definition.input, given))
  for (const each of secrets) host.mask.add(each)
  const c = host.contextFor({ key, ...(parent !== undefined && { parent }) }, host.engine.signal)
  const common = {
    key,
    parent,
    type: definition.kind,
    step: definition.name,
    version: definition.version,
    title: definition.title(input),
    input,
    parse: (output: unknown) => parseStep(definition, 'output', definition.output, output),
    traces: (output: Output) => recordedTraces(definition, input, output),
  }
  if (definition.kind !== 'change') return { ...common, work: () => definition.run(input, c) }
  return { ...common, ...changeFunctions(host, definition, input, c, key) }
}

function changeFunctions<Input, Before, Output>(
  host: StepHost,
  definition: ChangeDefinition<Input, Before, Output>,
  input: Input,
  c: StepContext,
  key: string,
): Pick<Performance<Output>, 'prepare' | 'work' | 'find'> {
  const before = (prepared: Preparation | undefined): Before =>
    parseStep(definition, 'before', definition.beforeSchema, prepared?.before)
  const token = tokenOf(host.identity.id, key)
  // Finding must work after the run was stopped: that is when it is needed.
  const searching = host.contextFor({ key }, new AbortController().signal)
  return {
    prepare: async () => {
      await host.beforeChange()
      return { before: await definition.before(input, c), token }
    },
    work: async (prepared) => {
      // A resumed run that was killed in mid-step has prepared it before, and asks for leave here.
      await host.beforeChange()
      return definition.run(input, { ...c, before: before(prepared), token })
    },
    find: (prepared) => definition.find(input, { ...searching, before: before(prepared), token }),
  }
}

/** A planned step really reads, and gives placeholders for what only a real run would know. */
async function planned<Input, Before, Output>(
  definition: StepDefinition<Input, Before, Output>,
  step: Performance<Output>,
  input: Input,
): Promise<Planned<Output>> {
  const isRead = definition.kind === 'read' && !holdsPlaceholder(input)
  const output = isRead
    ? await step.work(undefined)
    : (definition.placeholder?.(input) ?? placeholderFor(definition.output))
  // Of what could not be read there is nothing to tell.
  const details = definition.kind === 'read' && !isRead ? [] : definition.details?.(input, output)
  return { output, outcome: isRead ? 'done' : 'planned', ...(details && { details }) }
}

export function parseStep<Value>(
  definition: { readonly name: string },
  part: 'input' | 'output' | 'before',
  schema: z.ZodType<Value>,
  value: unknown,
): Value {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new ViridianError(
    'E_STEP_DATA',
    `${definition.name}: its ${part} is not as declared at ${issue?.path.join('.') || 'the top'}: ${issue?.message}`,
  )
}
