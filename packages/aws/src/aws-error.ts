import { isViridianError, ViridianError } from '@viridian/core'

/** What the SDK tells of a call that failed, as far as it is there. */
interface SdkError {
  readonly name: string
  readonly message: string
  /** The network's: `ECONNREFUSED`. */
  readonly code?: unknown
  /** What AWS wrote in the answer; `name` is the SDK's word for it: `AccessPointNotFoundException`. */
  readonly Code?: unknown
  readonly $metadata?: {
    readonly httpStatusCode?: number
    readonly attempts?: number
    readonly requestId?: string
  }
}

interface Explanation {
  readonly code: string
  readonly says?: string
  readonly hint?: string
}

/**
 * Turns what an SDK client threw into a `ViridianError` that names the call, keeps the SDK's error as its cause,
 * and says what can be done.
 *
 * @param call as IAM names it: `ec2:RunInstances`
 */
export function awsError(call: string, thrown: unknown): ViridianError {
  const error = sdkError(thrown)
  const { code, says, hint } = explain(call, error)
  const requestId = error.$metadata?.requestId
  return new ViridianError(code, says ?? `${call}: ${codeOf(error)}: ${error.message || 'no reason given'}`, {
    ...(hint !== undefined && { hint }),
    place: { call, ...(requestId !== undefined && { requestId }) },
    cause: thrown,
    refused: isClearRefusal(thrown),
  })
}

/**
 * The code that AWS gave for an error, however deep it is wrapped: `InvalidInstanceID.NotFound`. Undefined when the
 * call got no answer.
 *
 * @example
 * ```ts
 * try {
 *   await balancerHealth(c, blue.loadBalancers, ids)
 * } catch (error) {
 *   if (awsCode(error) !== 'AccessDenied') throw error
 * }
 * ```
 */
export function awsCode(error: unknown): string | undefined {
  const cause = sdkCause(error)
  return cause?.$metadata?.httpStatusCode === undefined ? undefined : codeOf(cause)
}

/**
 * True when AWS answered a clear no (4xx) to the only attempt: nothing was changed. A timeout, a cut connection, a
 * 5xx, or a no after a retry leaves open what an attempt has done.
 */
export function isClearRefusal(error: unknown): boolean {
  const { httpStatusCode: status = 0, attempts = 1 } = sdkCause(error)?.$metadata ?? {}
  return status >= 400 && status < 500 && attempts === 1
}

function explain(call: string, error: SdkError): Explanation {
  const status = error.$metadata?.httpStatusCode
  const name = codeOf(error)
  const profile = process.env.AWS_PROFILE
  if (name === 'CredentialsProviderError' && profile)
    return {
      code: 'E_AWS_CREDENTIALS',
      says: `${call}: the profile "${profile}" gives no credentials (${error.message})`,
      hint: `see that AWS_PROFILE names a profile of ~/.aws/config, and sign in again: aws sso login --profile ${profile}`,
    }
  if (name === 'CredentialsProviderError' || /ExpiredToken|RequestExpired/.test(name))
    return {
      code: 'E_AWS_CREDENTIALS',
      hint: 'sign in again (aws sso login), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    }
  if (/^(AuthFailure|InvalidClientTokenId|UnrecognizedClientException)$/.test(name))
    return { code: 'E_AWS_CREDENTIALS', hint: 'AWS does not know these credentials: check AWS_PROFILE' }
  if (/^(RequestTimeTooSkewed|RequestInTheFuture|SignatureDoesNotMatch|InvalidSignature)/.test(name))
    return { code: 'E_AWS_SIGNATURE', hint: "check this machine's clock, and the secret access key" }
  if (/^(UnauthorizedOperation|AccessDenied|AccessDeniedException)$/.test(name))
    return { code: 'E_AWS_DENIED', hint: `allow ${deniedAction(call, error.message)} in the IAM policy` }
  if (/^Insufficient\w*Capacity$/.test(name))
    return {
      code: 'E_AWS_CAPACITY',
      hint: 'try again later, or with another instance type, or in other zones',
    }
  if (/^(Throttl|RequestLimitExceeded$|TooManyRequests|RequestThrottled|PriorRequestNotComplete$)/.test(name))
    return {
      code: 'E_AWS_THROTTLED',
      hint: 'this account is asked more than AWS lets it be: see who else asks, wait a while, and give the command again',
    }
  if (/LimitExceeded$/.test(name))
    return { code: 'E_AWS_LIMIT', hint: 'ask for more in Service Quotas, or remove what is not needed' }
  if (error.message === 'Region is missing' || /^Region not accepted/.test(error.message))
    return {
      code: 'E_AWS_REGION',
      says: `${call}: ${process.env.AWS_REGION ? `"${process.env.AWS_REGION}" is no region` : 'no region is set'}`,
      hint: 'set AWS_REGION, or the region of the profile',
    }
  if (error.code === 'ERR_INVALID_URL')
    return {
      code: 'E_AWS_ENDPOINT',
      says: `${call}: the endpoint is not a URL (AWS_ENDPOINT_URL is "${process.env.AWS_ENDPOINT_URL ?? ''}")`,
      hint: 'set AWS_ENDPOINT_URL to a URL such as http://127.0.0.1:4566, or unset it for AWS itself',
    }
  if (error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND' || error.code === 'EHOSTUNREACH')
    return {
      code: 'E_AWS_UNREACHABLE',
      says: `${call}: the endpoint cannot be reached (${error.message || error.code})`,
      hint: 'check AWS_ENDPOINT_URL, the region and the network',
    }
  if (isForeign(error))
    return {
      code: 'E_AWS_ANSWER',
      says: `${call}: what answered is not AWS (${status}: ${error.message.split('\n')[0]})`,
      hint: 'check AWS_ENDPOINT_URL, and proxies on the way',
    }
  const unavailable = {
    code: 'E_AWS_UNAVAILABLE',
    hint: 'AWS, or the network, failed at every attempt: whether a change took effect has to be looked up',
  }
  // An answer that says yes, and is an error all the same.
  if (status !== undefined && status < 400)
    return { ...unavailable, says: `${call}: the answer was cut off (${error.message.split('\n')[0]})` }
  if (status === undefined || status >= 500) return unavailable
  return {
    code: 'E_AWS_REFUSED',
    hint: "the reason is AWS's own: its reference of the call explains the code",
  }
}

// IAM's message names the action that lacked, which may be another: iam:PassRole for a launch with a profile.
const deniedAction = (call: string, message: string): string =>
  /not authorized to perform:? ([a-z0-9-]+:\w+)/.exec(message)?.[1] ?? call

// An HTML page or another service: the SDK cannot read a code, a message or a request id out of it.
const isForeign = ({ message, $metadata: meta }: SdkError): boolean =>
  meta?.httpStatusCode !== undefined &&
  meta.requestId === undefined &&
  (/^Unknown(Error)?$/.test(message) || /parse error|Deserialization error/.test(message))

const codeOf = ({ Code, name }: SdkError): string => (typeof Code === 'string' ? Code : name)

function sdkError(thrown: unknown): SdkError {
  return thrown instanceof Error ? thrown : { name: 'Error', message: String(thrown) }
}

function sdkCause(error: unknown): SdkError | undefined {
  if (!(error instanceof Error)) return undefined
  if (isViridianError(error)) return sdkCause(error.cause)
  return error
}
