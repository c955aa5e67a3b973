import { CborCodec } from '@smithy/core/cbor'
import { AwsError } from '../service.ts'
import { errorShape, wireError } from './api.ts'
import type { Protocol, WireAnswer } from './protocol.ts'
import { queryErrorHeader } from './query-protocol.ts'
import { constraintRefusal } from './required.ts'

const codec = new CborCodec()

/** The path of an RPC v2 operation: the service's target and the operation. */
export const rpcPath = /^\/service\/([^/]+)\/operation\/([^/]+)\/?$/

/** Smithy's RPC v2 in CBOR, by path and `smithy-protocol`: clients of CloudWatch of some years. */
export const rpcV2Cbor: Protocol = {
  async decode(_api, operation, request) {
    if (request.body.length === 0) return {}
    try {
      return (await codec.createDeserializer().read(operation.input, new Uint8Array(request.body))) ?? {}
    } catch (error) {
      throw new AwsError('SerializationException', error instanceof Error ? error.message : String(error))
    }
  },
  encode(_api, operation, output, requestId) {
    const unit = !operation.output.isStructSchema()
    return answer(200, requestId, bytesOf(unit ? emptyDocument : operation.output, unit ? {} : output))
  },
  refuse(api, error, requestId) {
    const { status } = wireError(api, error)
    const value = { __type: errorShape(api, error), message: error.message }
    const refusal = answer(status, requestId, bytesOf(emptyDocument, value))
    return { ...refusal, headers: { ...refusal.headers, ...queryErrorHeader(api, error) } }
  },
  missing: constraintRefusal('ValidationException'),
}

/** Smithy's number for the schema of a document: what it holds is written as it is. */
const emptyDocument = 15

function bytesOf(
  schema: Parameters<ReturnType<CborCodec['createSerializer']>['write']>[0],
  value: unknown,
): Uint8Array {
  const serializer = codec.createSerializer()
  serializer.write(schema, value)
  return serializer.flush()
}

function answer(status: number, requestId: string, body: Uint8Array): WireAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/cbor',
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-requestid': requestId,
    },
    body,
  }
}
