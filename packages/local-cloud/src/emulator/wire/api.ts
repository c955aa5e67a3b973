import { NormalizedSchema } from '@smithy/core/schema'
import type { SchemaTraitsObject, StaticErrorSchema, StaticOperationSchema } from '@smithy/types'
import type { Service } from '../service.ts'

/** One operation of an API, from the SDK's own schema. */
export interface Operation {
  readonly name: string
  readonly schema: StaticOperationSchema
  readonly input: NormalizedSchema
  readonly output: NormalizedSchema
  /** Method, path template and status of a REST operation. */
  readonly http: readonly [string, string, number] | undefined
}

/** What the wire layer knows of one service: all of it is read from the client's package. */
export interface Api {
  readonly service: Service
  /** `aws.protocols#ec2Query` and the like. */
  readonly protocol: string
  /** The API's date, `2016-11-15`. */
  readonly version: string
  /** What `x-amz-target` begins with. */
  readonly target: string
  readonly xmlNamespace: string
  /** False for a service that never spoke Query: its errors have no codes but their shapes' names. */
  readonly knowsQuery: boolean
  readonly operations: ReadonlyMap<string, Operation>
  /** Traits of the errors, by the shape's name. */
  readonly errors: ReadonlyMap<string, SchemaTraitsObject>
}

interface ProtocolSettings {
  readonly version: string
  readonly serviceTarget: string
  readonly xmlNamespace: string
  readonly awsQueryCompatible?: boolean
}

type ClientConstructor = new (config: {
  region: string
}) => {
  readonly config: {
    readonly protocol: { getShapeId(): string }
    readonly protocolSettings: ProtocolSettings
  }
}

/**
 * Reads an API from the client's package index: operations and errors are its exported schemas, protocol and
 * version are what a client of it is configured with.
 */
export function describeApi(service: Service): Api {
  const exported = Object.entries(service.client ?? {})
  const { protocol, protocolSettings } = new (clientConstructor(exported))({ region: 'us-east-1' }).config
  const schemas = exported.map(([, value]) => value)
  return {
    service,
    protocol: protocol.getShapeId(),
    version: protocolSettings.version,
    target: protocolSettings.serviceTarget,
    xmlNamespace: protocolSettings.xmlNamespace,
    knowsQuery: protocolSettings.awsQueryCompatible === true || !protocol.getShapeId().includes('#awsJson'),
    operations: new Map(schemas.filter(isOperation).map((schema) => [schema[2], operationOf(schema)])),
    errors: new Map(
      schemas.filter(isError).map((schema) => [schema[2], NormalizedSchema.of(schema).getMergedTraits()]),
    ),
  }
}

/** The code and status that the wire carries for an error: handlers may name the shape or the code. */
export function wireError(
  api: Api,
  error: { readonly code: string; readonly status: number },
): { code: string; status: number } {
  const traits = api.errors.get(error.code)
  const query = traits?.awsQueryError
  if (Array.isArray(query)) return { code: String(query[0]), status: Number(query[1]) }
  return { code: error.code, status: Number(traits?.httpError ?? error.status) }
}

/** The name of an error's shape, as protocols that carry shapes have it: handlers may name the shape or the code. */
export function errorShape(api: Api, error: { readonly code: string; readonly status: number }): string {
  if (api.errors.has(error.code)) return error.code
  const found = [...api.errors.keys()].find(
    (name) => wireError(api, { ...error, code: name }).code === error.code,
  )
  return found ?? error.code
}

function clientConstructor(exported: readonly (readonly [string, unknown])[]): ClientConstructor {
  const found = exported.find(
    ([name, value]) => /^[A-Za-z0-9]+Client$/.test(name) && typeof value === 'function',
  )
  if (found === undefined) throw new Error('A service needs an AWS SDK v3 client package as its `client`.')
  // Every v3 client takes a configuration and resolves its protocol into `config`; their common type is not exported.
  return found[1] as ClientConstructor
}

function operationOf(schema: StaticOperationSchema): Operation {
  const traits = schema[3]
  return {
    name: schema[2],
    schema,
    input: NormalizedSchema.of(schema[4]),
    output: NormalizedSchema.of(schema[5]),
    http: typeof traits === 'object' ? traits.http : undefined,
  }
}

function isOperation(value: unknown): value is StaticOperationSchema {
  return Array.isArray(value) && value[0] === 9
}

function isError(value: unknown): value is StaticErrorSchema {
  return Array.isArray(value) && value[0] === -3
}
