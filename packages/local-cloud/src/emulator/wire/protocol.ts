import type { AwsError } from '../service.ts'
import type { Api, Operation } from './api.ts'

/** A request as it came, its body read. */
export interface WireRequest {
  readonly method: string
  /** As sent: percent-encoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** One of AWS's wire forms: bytes to an operation's input, and its output or refusal to bytes. */
export interface Protocol {
  /** @throws AwsError when the request is not in the form that the schema asks for. */
  decode(api: Api, operation: Operation, request: WireRequest): unknown
  encode(api: Api, operation: Operation, output: unknown, requestId: string): WireAnswer
  refuse(api: Api, error: AwsError, requestId: string): WireAnswer
  /** What AWS says of a required member that is not there; `path` is in the SDK's names. */
  missing(path: readonly string[]): AwsError
}
