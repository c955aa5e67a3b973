import { randomUUID } from 'node:crypto'
import { setImmediate as immediate } from 'node:timers/promises'
import type { CallLog, CallRecord } from './call-log.ts'
import type { Clock } from './clock.ts'
import type { FaultRule, Faults } from './faults.ts'
import { keeperAgent } from './keeper-agent.ts'
import { AwsError, type Call, dryRunOperation, type Failure, type Service } from './service.ts'
import { describeApi } from './wire/api.ts'
import { claimedService } from './wire/claim.ts'
import { awsJson } from './wire/json-protocol.ts'
import type { Protocol, WireAnswer, WireRequest } from './wire/protocol.ts'
import { awsQuery } from './wire/query-protocol.ts'
import { missingMember } from './wire/required.ts'
import { type Route, route, unknownOperation } from './wire/router.ts'
import { type Credentials, verifySignature } from './wire/signature.ts'

/** The answer to a request; `cut`: close the connection without one; `silence`: leave it open without one. */
export type Answerer = (request: WireRequest) => Promise<WireAnswer | 'cut' | 'silence'>

export interface AnswererOptions {
  readonly services: readonly Service[]
  readonly credentials: Credentials
  readonly region: string
  readonly clock: Clock
  readonly faults: Faults
  readonly log: CallLog
  /** Hears of defects. */
  readonly report: (error: unknown) => void
}

/** Everything between bytes and handlers: routing, signature, faults, decoding, validation, encoding. */
export function answerer(options: AnswererOptions): Answerer {
  const apis = options.services.map(describeApi)
  return async (request) => {
    const requestId = randomUUID()
    const found = route(apis, request)
    if (found === undefined) return refuseStranger(request, requestId)
    const record = options.log.open(found.api.service.signingName, found.name, options.clock.now())
    const isKeeper = request.headers['user-agent']?.includes(keeperAgent) ?? false
    const { command } = found.api.service
    const fault = isKeeper ? undefined : options.faults.hit(record.service, record.operation, command)
    if (!isKeeper) await delay(options, fault)
    if (fault?.kind === 'hang') return 'silence'
    if (fault?.kind === 'cut') return 'cut'
    const answer = await attempt(options, found, request, requestId, fault, record)
    if (fault?.kind === 'lose') return 'cut'
    if (fault?.kind === 'mute') return 'silence'
    record.status = answer.status
    return answer
  }
}

async function delay({ clock, faults }: AnswererOptions, fault: FaultRule | undefined): Promise<void> {
  const seconds = faults.latency + (fault?.kind === 'delay' ? fault.seconds : 0)
  if (seconds > 0) await clock.sleep(seconds)
}

async function attempt(
  options: AnswererOptions,
  found: Route,
  request: WireRequest,
  requestId: string,
  fault: FaultRule | undefined,
  record: CallRecord,
): Promise<WireAnswer> {
  try {
    if (fault !== undefined) refuseByFault(fault, found)
    return await perform(options, found, request, requestId, fault?.kind === 'spoil' ? fault : undefined)
  } catch (error) {
    if (!(error instanceof AwsError)) options.report(error)
    const refusal = refusalOf(error)
    record.code = refusal.code
    return found.protocol.refuse(found.api, refusal, requestId)
  }
}

async function perform(
  { credentials, region, clock }: AnswererOptions,
  found: Route,
  request: WireRequest,
  requestId: string,
  spoiled: Failure | undefined,
): Promise<WireAnswer> {
  const { api, protocol, operation } = found
  const { signingName } = api.service
  const { knowsQuery } = api
  await verifySignature(request, { credentials, region, signingName, knowsQuery, now: clock.now() })
  const handler = operation && handlerOf(api.service, operation.name)
  if (operation === undefined || handler === undefined) throw unknownOperation(found)
  const input = await protocol.decode(api, operation, request)
  const missing = missingMember(operation.input, input)
  if (missing !== undefined) throw protocol.missing(missing)
  if (isDryRun(input) && !api.service.tryingOut?.includes(operation.name)) throw dryRunOperation()
  const output = await handler(input, { requestId, operation: operation.name, ...(spoiled && { spoiled }) })
  // Records are written at the end of a turn of the event loop. What a caller is told survives whatever comes next.
  await immediate()
  return protocol.encode(api, operation, output, requestId)
}

function handlerOf(
  service: Service,
  operation: string,
): ((input: unknown, call: Call) => unknown) | undefined {
  // The handlers are typed per operation from the client's own types; the schemas see to it that inputs agree.
  return (service.handlers as Readonly<Record<string, (input: unknown, call: Call) => unknown>>)[operation]
}

/** EC2's way to ask for permission only. */
const isDryRun = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'DryRun' in input && input.DryRun === true

function refuseByFault(fault: FaultRule, { api }: Route): void {
  if (fault.kind === 'refuse') throw new AwsError(fault.code, fault.message, fault.status)
  if (fault.kind !== 'throttle') return
  if (api.service.signingName === 'ec2')
    throw new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503)
  throw new AwsError('Throttling', 'Rate exceeded')
}

/** What is no refusal is a mistake of the cloud's own. */
function refusalOf(error: unknown): AwsError {
  return error instanceof AwsError
    ? error
    : new AwsError('InternalFailure', `The local cloud failed: ${error}`, 500)
}

/** The answer to what has not been read to its end, or not understood. */
export function refuseUnread(error: unknown): WireAnswer {
  return awsQuery.refuse(strangerApi, refusalOf(error), randomUUID())
}

function refuseStranger(request: WireRequest, requestId: string): WireAnswer {
  const service = claimedService(request)
  const what = service === undefined ? `${request.method} ${request.path}` : `The service '${service}'`
  const error = new AwsError(
    'UnknownService',
    `${what} (in this version of its API) is not part of the local cloud.`,
  )
  return formOf(request).refuse(strangerApi, error, requestId)
}

/** The form that a client can read which speaks JSON to its services. */
function formOf({ headers }: WireRequest): Protocol {
  const isJson = headers['x-amz-target'] !== undefined || /json/.test(headers['content-type'] ?? '')
  return isJson ? awsJson('1.1') : awsQuery
}

const strangerApi = {
  service: { signingName: '', client: {}, handlers: {} },
  protocol: 'aws.protocols#awsQuery',
  version: '',
  target: '',
  xmlNamespace: 'urn:viridian',
  knowsQuery: true,
  operations: new Map(),
  errors: new Map(),
} as const
