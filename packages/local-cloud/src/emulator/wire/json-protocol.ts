import { JsonCodec2 } from '@smithy/core/protocols'
import { AwsError } from '../service.ts'
import { errorShape, wireError } from './api.ts'
import type { Protocol, WireAnswer } from './protocol.ts'
import { queryErrorHeader } from './query-protocol.ts'
import { constraintRefusal } from './required.ts'

/** JSON by `x-amz-target`: CloudWatch and SSM, and any client that is told to speak it. */
export function awsJson(version: '1.0' | '1.1'): Protocol {
  const codec = new JsonCodec2({ jsonName: false, timestampFormat: { useTrait: true, default: 7 } })
  const answer = (status: number, requestId: string, body: string | Uint8Array): WireAnswer => ({
    status,
    headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': requestId },
    body,
  })
  return {
    async decode(_api, operation, request) {
      try {
        return (await codec.createDeserializer().read(operation.input, request.body.toString('utf8'))) ?? {}
      } catch (error) {
        throw new AwsError('SerializationException', error instanceof Error ? error.message : String(error))
      }
    },
    encode(_api, operation, output, requestId) {
      if (!operation.output.isStructSchema()) return answer(200, requestId, '{}')
      const serializer = codec.createSerializer()
      serializer.write(operation.output, output)
      // The codec's own bytes print a warning when Buffer.from looks at them.
      return answer(200, requestId, Uint8Array.from(serializer.flush()))
    },
    refuse(api, error, requestId) {
      const { status } = wireError(api, error)
      const body = JSON.stringify({ __type: errorShape(api, error), message: error.message })
      const refusal = answer(status, requestId, body)
      return { ...refusal, headers: { ...refusal.headers, ...queryErrorHeader(api, error) } }
    },
    missing: constraintRefusal('ValidationException'),
  }
}
