import type { $SchemaRef } from '@smithy/types'
import { AwsError } from '../service.ts'
import type { Api, Operation } from './api.ts'
import { wireError } from './api.ts'
import { decodeForm, formTree, type QueryDialect } from './form.ts'
import type { Protocol, WireAnswer, WireRequest } from './protocol.ts'
import { constraintRefusal } from './required.ts'
import { membersOf, structure, writeXml, xmlAnswer } from './xml.ts'

/** `<Action>Response` around `<Action>Result` and `ResponseMetadata`: Auto Scaling, classic ELB, STS. */
export const awsQuery: Protocol = {
  decode: (_api, operation, request) => decodeQuery(operation, request, 'awsQuery'),
  encode: (api, operation, output, requestId) => {
    const result: Record<string, $SchemaRef> = operation.output.isStructSchema()
      ? { [`${operation.name}Result`]: operation.schema[5] }
      : {}
    const schema = structure(`${operation.name}Response`, { ...result, ResponseMetadata: metadata })
    const value = { [`${operation.name}Result`]: output, ResponseMetadata: { RequestId: requestId } }
    return xmlAnswer(200, requestId, writeXml(api, schema, value))
  },
  refuse: (api, error, requestId) => refuseWithErrorResponse(api, error, requestId),
  missing: constraintRefusal('ValidationError'),
}

/** `<Action>Response` with a `requestId` beside the members, and `Response/Errors/Error` for a refusal. */
export const ec2Query: Protocol = {
  decode: (_api, operation, request) => decodeQuery(operation, request, 'ec2Query'),
  encode: (api, operation, output, requestId) => {
    const schema = structure(`${operation.name}Response`, { requestId: 0, ...refsOf(operation) })
    return xmlAnswer(200, requestId, writeXml(api, schema, { ...asObject(output), requestId }))
  },
  refuse: (api, error, requestId) => {
    const { code, status } = wireError(api, error)
    const value = { Errors: { Error: { Code: code, Message: error.message } }, RequestID: requestId }
    return xmlAnswer(status, requestId, writeXml(api, ec2Refusal, value))
  },
  missing: (path) =>
    new AwsError('MissingParameter', `The request must contain the parameter ${path.join('.')}`),
}

const metadata = structure('ResponseMetadata', { RequestId: 0 })

const refusal = structure('ErrorResponse', {
  Error: structure('Error', { Type: 0, Code: 0, Message: 0 }),
  RequestId: 0,
})

const ec2Refusal = structure('Response', {
  Errors: structure('Errors', { Error: structure('Error', { Code: 0, Message: 0 }) }),
  RequestID: 0,
})

/** The refusal of awsQuery, and of Route 53 too. */
export function refuseWithErrorResponse(api: Api, error: AwsError, requestId: string): WireAnswer {
  const { code, status } = wireError(api, error)
  const type = status < 500 ? 'Sender' : 'Receiver'
  const value = { Error: { Type: type, Code: code, Message: error.message }, RequestId: requestId }
  return xmlAnswer(status, requestId, writeXml(api, refusal, value))
}

/** What tells a client of another protocol the code that a Query client would see, where there ever was one. */
export function queryErrorHeader(api: Api, error: AwsError): Record<string, string> {
  if (!api.knowsQuery) return {}
  const { code, status } = wireError(api, error)
  return { 'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}` }
}

/** The parameters of a Query request: of its form body, or of the URL as old clients send them. */
export function queryParameters(request: WireRequest): URLSearchParams {
  return request.body.length > 0 ? new URLSearchParams(request.body.toString('utf8')) : request.query
}

function decodeQuery(operation: Operation, request: WireRequest, dialect: QueryDialect): unknown {
  return decodeForm(operation.input, formTree(queryParameters(request)), dialect)
}

function refsOf({ output }: Operation): Record<string, $SchemaRef> {
  return Object.fromEntries(membersOf(output).map(([name, , ref]) => [name, ref]))
}

function asObject(output: unknown): object {
  return typeof output === 'object' && output !== null ? output : {}
}
