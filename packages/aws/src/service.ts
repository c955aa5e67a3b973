import { type StepContext, ViridianError } from '@viridian/core'
import type { z } from '@viridian/core/zod'
import { awsError } from './aws-error.ts'
import { Limiter } from './limiter.ts'
import type { InputOf, OperationOf } from './operation.ts'
import { tellingOfSilence } from './unanswered.ts'

/** What every client is made with. The region, the endpoint and the credentials are the SDK's own settings. */
const clientSettings = {
  maxAttempts: 8,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
}

/** What every client is made with: tries, pauses between them, time limits in milliseconds. */
export type ClientSettings = typeof clientSettings

const callsAtOnce = 10

/** The part of an SDK's command that is used here. */
interface SdkCommand {
  readonly middlewareStack: {
    add(middleware: (next: Next) => Next, options: { step: 'finalizeRequest'; name: string }): void
  }
}

type Next = (call: { readonly request: unknown }) => Promise<unknown>

/** The part of an SDK client that is used here. */
interface SdkClient {
  readonly config: { region(): Promise<string> }
  send(command: never, options: { abortSignal?: AbortSignal }): Promise<unknown>
  destroy(): void
}

/** What {@link defineService} has to know of an AWS service: its name, and its client of the SDK. */
export interface ServiceDefinition<Sdk> {
  /** As IAM names it: `ec2`, `autoscaling`, `elasticloadbalancing`. */
  readonly name: string
  /**
   * Loads the client's package: on first use, for they are slow to load. By `require`, which takes less than half of what
   * `import` of a CommonJS package does: that compiles each file once more, to find out what it is and exports.
   */
  load(): Sdk
  /** Makes a client of the package that `load` has given. */
  client(sdk: Sdk, settings: ClientSettings): SdkClient
}

/**
 * The one way to call an AWS service: with what the operation takes, and a schema of the part of the answer that is
 * used. Reads end when the run stops; a change that has been asked for may finish.
 *
 * @throws ViridianError `E_AWS_…`, its place the call and the request's id; `awsCode(error)` is AWS's own code
 */
export interface Service<Sdk> {
  <Operation extends OperationOf<Sdk> & string, Answer>(
    c: StepContext,
    operation: Operation,
    input: InputOf<Sdk, Operation>,
    answer: z.ZodType<Answer>,
  ): Promise<Answer>
  /** The region that its calls go to. */
  region(c: StepContext): Promise<string>
}

interface Opened<Sdk> {
  readonly sdk: Sdk
  readonly client: SdkClient
}

/**
 * Defines a service: one client a run, made when it is first called, after the stage's environment is in place.
 * Calls are limited to ten at once, retried on throttling and on ResourceContention (AWS's 500) with jitter (three times in
 * all where no answer comes, and never in silence), metered as `aws.call` events, and say in their User-Agent which step of which run asks.
 *
 * @example
 * ```ts
 * import { createRequire } from 'node:module'
 * import type * as Sdk from '@aws-sdk/client-ec2'
 *
 * const ec2 = defineService<typeof Sdk>({
 *   name: 'ec2',
 *   load: () => createRequire(import.meta.url)('@aws-sdk/client-ec2'),
 *   client: (sdk, settings) => new sdk.EC2Client(settings),
 * })
 * const { Images } = await ec2(c, 'DescribeImages', { ImageIds: [image] }, z.object({ Images: z.array(z.unknown()) }))
 * ```
 */
export function defineService<Sdk>(definition: ServiceDefinition<Sdk>): Service<Sdk> {
  const clientKey = Symbol(`aws client of ${definition.name}`)
  const limiterKey = Symbol(`aws limiter of ${definition.name}`)

  const open = (c: StepContext): Promise<Opened<Sdk>> =>
    c.resource(
      clientKey,
      async () => {
        await c.environment()
        // The SDK's warning about the Node version is for developers of the SDK's users, not for people at a prompt.
        process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
        const sdk = definition.load()
        return { sdk, client: definition.client(sdk, clientSettings) }
      },
      (opened) =>
        opened.then(
          ({ client }) => client.destroy(),
          () => undefined, // Its failure has been thrown to those who wanted the client.
        ),
    )

  const service = async <Answer>(
    c: StepContext,
    operation: string,
    input: unknown,
    answer: z.ZodType<Answer>,
  ): Promise<Answer> => {
    const { sdk, client } = await open(c)
    const limiter = c.resource(limiterKey, () => new Limiter(callsAtOnce))
    const command = commandOf(sdk, operation, input)
    const raw = await limiter.run(() => send(c, client, definition.name, operation, command))
    return understood(`${definition.name}:${operation}`, raw, answer)
  }
  return Object.assign(service, {
    region: async (c: StepContext) => (await open(c)).client.config.region(),
  })
}

function commandOf(sdk: unknown, operation: string, input: unknown): SdkCommand {
  // The signature of `Service` lets only operations of this package through; an index by a computed name loses that.
  const Command = (sdk as Record<string, new (input: unknown) => SdkCommand>)[`${operation}Command`]
  if (!Command) throw new TypeError(`the SDK has no ${operation}`)
  return new Command(input)
}

/** Says in the call's User-Agent, which CloudTrail keeps, which step of which run asks for it. */
function sign(command: SdkCommand, { run, key }: StepContext): void {
  const says = ` viridian/${run.id} (${encodeURI(key)})`
  const saying =
    (next: Next): Next =>
    (call) => {
      const { request } = call
      if (typeof request === 'object' && request !== null && 'headers' in request) {
        // The SDK's own type, for all protocols; the header is none of those that are signed.
        const headers = request.headers as Record<string, string>
        headers['user-agent'] = `${headers['user-agent'] ?? ''}${says}`
      }
      return next(call)
    }
  command.middlewareStack.add(saying, { step: 'finalizeRequest', name: 'viridianStep' })
}

async function send(
  c: StepContext,
  client: SdkClient,
  service: string,
  operation: string,
  command: SdkCommand,
): Promise<unknown> {
  c.signal.throwIfAborted()
  sign(command, c)
  const timeoutMs = clientSettings.requestHandler.requestTimeout
  const silence = tellingOfSilence(c, { call: `${service}:${operation}`, timeoutMs })
  command.middlewareStack.add(silence, { step: 'finalizeRequest', name: 'viridianSilence' })
  const started = performance.now()
  try {
    // `send` takes the commands of its own package, and `commandOf` made this one from there.
    const answer = await client.send(command as never, isRead(operation) ? { abortSignal: c.signal } : {})
    meter(c, service, operation, started, answer)
    return answer
  } catch (error) {
    meter(c, service, operation, started, error)
    if (isRead(operation)) c.signal.throwIfAborted()
    throw awsError(`${service}:${operation}`, error)
  }
}

const isRead = (operation: string): boolean => /^(Describe|Get|List)/.test(operation)

function meter(c: StepContext, service: string, operation: string, started: number, outcome: unknown): void {
  const { attempts = 1, requestId } = metadataOf(outcome)
  c.emit({
    kind: 'aws.call',
    data: {
      service,
      operation,
      ms: Math.round(performance.now() - started),
      attempts,
      ...(requestId !== undefined && { requestId }),
      ...(outcome instanceof Error && { error: outcome.name }),
    },
  })
}

function metadataOf(outcome: unknown): { attempts?: number; requestId?: string } {
  const holds = typeof outcome === 'object' && outcome !== null && '$metadata' in outcome
  return holds && typeof outcome.$metadata === 'object' ? (outcome.$metadata ?? {}) : {}
}

function understood<Answer>(call: string, raw: unknown, schema: z.ZodType<Answer>): Answer {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const member = issue?.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  const { requestId } = metadataOf(raw)
  // Every answer of AWS has a request id: an HTML page may pass for an empty answer, but has none.
  const said =
    requestId === undefined
      ? 'what answered is not AWS'
      : `the answer lacks ${member?.slice(1)} (${issue?.message})`
  throw new ViridianError('E_AWS_ANSWER', `${call}: ${said}`, {
    hint: 'check AWS_ENDPOINT_URL, and proxies on the way: AWS itself answers in full',
    place: { call, ...(requestId !== undefined && { requestId }) },
  })
}
