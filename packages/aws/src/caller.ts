import { createRequire } from 'node:module'
import type * as Sdk from '@aws-sdk/client-sts'
import type { StepContext } from '@viridian/core'
import { awsError } from './aws-error.ts'

const require = createRequire(import.meta.url)
const clientKey = Symbol('aws client of sts')
const call = 'sts:GetCallerIdentity'

/** Who asks does not want to wait for a service that is away. */
const settings = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
}

/** Whom AWS takes us for, and what was seen of the way there. */
export interface Caller {
  readonly account: string
  readonly arn: string
  /** Where the call went: `https://sts.eu-west-1.amazonaws.com`. */
  readonly endpoint: string
  /** Seconds that this machine's clock is ahead of AWS's, or behind if negative; undefined: AWS did not tell the time. */
  readonly clockAhead: number | undefined
}

/** What calls are signed with. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
  /** The ways by which the SDK has found them, as it names them: `CREDENTIALS_SSO`. */
  readonly sources: readonly string[]
}

function stsClient(c: StepContext): Promise<Sdk.STSClient> {
  return c.resource(
    clientKey,
    async () => {
      await c.environment()
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
      const sdk: typeof Sdk = require('@aws-sdk/client-sts')
      return new sdk.STSClient(settings)
    },
    (client) =>
      client.then(
        (made) => made.destroy(),
        () => undefined, // Its failure has been thrown to those who wanted the client.
      ),
  )
}

/** @throws ViridianError `E_AWS_REGION` */
export async function regionOf(c: StepContext): Promise<string> {
  const client = await stsClient(c)
  try {
    return await client.config.region()
  } catch (error) {
    throw awsError(call, error)
  }
}

/** @throws ViridianError `E_AWS_CREDENTIALS` */
export async function credentialsOf(c: StepContext): Promise<Credentials> {
  const client = await stsClient(c)
  try {
    const found: Awaited<ReturnType<typeof client.config.credentials>> & { readonly $source?: object } =
      await client.config.credentials()
    const { accessKeyId, secretAccessKey, sessionToken, expiration, $source = {} } = found
    return {
      ...{ accessKeyId, secretAccessKey },
      ...(sessionToken !== undefined && { sessionToken }),
      ...(expiration !== undefined && { expiration }),
      sources: Object.keys($source),
    }
  } catch (error) {
    throw awsError(call, error)
  }
}

/**
 * Asks AWS who we are (`sts:GetCallerIdentity`, which no policy can deny).
 *
 * @throws ViridianError `E_AWS_…`
 */
export async function callerOf(c: StepContext): Promise<Caller> {
  const client = await stsClient(c)
  const { GetCallerIdentityCommand }: typeof Sdk = require('@aws-sdk/client-sts')
  const command = new GetCallerIdentityCommand({})
  let endpoint = ''
  let clockAhead: number | undefined
  command.middlewareStack.add(
    (next) => async (args) => {
      const asked = Date.now()
      endpoint = endpointOf(args.request)
      const answer = await next(args)
      clockAhead = aheadOf(dateIn(answer.response), asked, Date.now())
      return answer
    },
    // Next to the network: an answer is seen before it is taken for an error.
    { step: 'deserialize', priority: 'low', name: 'viridianCaller' },
  )
  try {
    const { Account: account = '', Arn: arn = '' } = await client.send(command, { abortSignal: c.signal })
    return { account, arn, endpoint, clockAhead }
  } catch (error) {
    throw awsError(call, error)
  }
}

function endpointOf(request: unknown): string {
  if (typeof request !== 'object' || request === null) return ''
  const { protocol, hostname, port }: { protocol?: unknown; hostname?: unknown; port?: unknown } = request
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
}

function dateIn(response: unknown): number {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return Number.NaN
  const { headers } = response
  if (typeof headers !== 'object' || headers === null || !('date' in headers)) return Number.NaN
  return Date.parse(String(headers.date))
}

/** A time that was told in whole seconds, some time between the question and the answer. */
export function aheadOf(told: number, asked: number, answered: number): number | undefined {
  if (Number.isNaN(told)) return undefined
  if (asked > told + 1000) return Math.round((asked - told - 1000) / 1000)
  if (answered < told) return -Math.round((told - answered) / 1000)
  return 0
}
