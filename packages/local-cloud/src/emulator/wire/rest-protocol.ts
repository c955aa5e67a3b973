import { XmlShapeDeserializer } from '@aws-sdk/core/protocols'
import { FromStringShapeDeserializer } from '@smithy/core/protocols'
import type { NormalizedSchema } from '@smithy/core/schema'
import type { $SchemaRef } from '@smithy/types'
import { AwsError } from '../service.ts'
import type { Api, Operation } from './api.ts'
import type { Protocol, WireRequest } from './protocol.ts'
import { refuseWithErrorResponse } from './query-protocol.ts'
import { constraintRefusal } from './required.ts'
import { membersOf, structure, writeXml, xmlAnswer } from './xml.ts'

const timestampFormat = { useTrait: true, default: 5 } as const
const bound = new FromStringShapeDeserializer({ httpBindings: true, timestampFormat })

/** REST with XML bodies: Route 53. Labels, query and headers are bound by traits; what is not is the body. */
export const restXml: Protocol = {
  decode(api, operation, request) {
    if (!operation.input.isStructSchema()) return {}
    return { ...decodeBody(api, operation, request), ...decodeBindings(operation, request) }
  },
  encode(api, operation, output, requestId) {
    const value = new Map(Object.entries(output ?? {}))
    const headers: Record<string, string> = {}
    const body: Record<string, $SchemaRef> = {}
    for (const [name, member, ref] of membersOf(operation.output)) {
      const header = member.getMergedTraits().httpHeader
      if (header === undefined) body[name] = ref
      else if (value.has(name)) headers[header.toLowerCase()] = String(value.get(name))
    }
    const document = writeXml(api, structure(`${operation.name}Response`, body), Object.fromEntries(value))
    const answer = xmlAnswer(operation.http?.[2] ?? 200, requestId, document)
    return { ...answer, headers: { ...answer.headers, ...headers } }
  },
  refuse: (api, error, requestId) => refuseWithErrorResponse(api, error, requestId),
  missing: constraintRefusal('InvalidInput'),
}

/** The operation whose template fits best (the one with the fewest labels), if any fits. */
export function matchRoute(api: Api, request: WireRequest): Operation | undefined {
  const fitting = [...api.operations.values()].filter((operation) => {
    return operation.http?.[0] === request.method && labelsOf(operation, request.path) !== undefined
  })
  const labelCount = (operation: Operation): number => operation.http?.[1].split('{').length ?? 0
  return fitting.sort((one, other) => labelCount(one) - labelCount(other))[0]
}

function labelsOf(operation: Operation, path: string): Record<string, string> | undefined {
  const template = segments(operation.http?.[1] ?? '')
  const given = segments(path)
  if (template.length !== given.length) return undefined
  const labels: Record<string, string> = {}
  for (const [index, part] of template.entries()) {
    const value = decoded(given[index] ?? '')
    if (value === undefined) return undefined
    if (part.startsWith('{')) labels[part.slice(1, -1)] = value
    else if (part !== value) return undefined
  }
  return labels
}

/** What percent signs stand for; undefined where they stand for nothing. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Some clients end their paths with a slash. */
function segments(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}

function decodeBody(api: Api, operation: Operation, request: WireRequest): object {
  if (request.body.length === 0) return {}
  const reader = new XmlShapeDeserializer({
    timestampFormat,
    httpBindings: true,
    xmlNamespace: api.xmlNamespace,
    serviceNamespace: api.xmlNamespace,
  })
  try {
    return reader.read(operation.input, request.body) ?? {}
  } catch (error) {
    throw new AwsError(
      'MalformedXML',
      `The XML of the request cannot be read: ${error instanceof Error ? error.message : error}`,
    )
  }
}

function decodeBindings(operation: Operation, request: WireRequest): Record<string, unknown> {
  const labels = labelsOf(operation, request.path) ?? {}
  const input: Record<string, unknown> = {}
  for (const [name, member] of operation.input.structIterator()) {
    const traits = member.getMergedTraits()
    if (traits.httpLabel) input[name] = bound.read(member, labels[name] ?? '')
    else if (traits.httpHeader !== undefined)
      readInto(input, name, member, request.headers[traits.httpHeader.toLowerCase()])
    else if (traits.httpQuery === undefined) continue
    else if (member.isListSchema()) {
      const all = request.query.getAll(traits.httpQuery)
      if (all.length > 0) input[name] = all.map((text) => bound.read(member.getValueSchema(), text))
    } else readInto(input, name, member, request.query.get(traits.httpQuery))
  }
  return input
}

function readInto(
  input: Record<string, unknown>,
  name: string,
  member: NormalizedSchema,
  text: string | null | undefined,
): void {
  if (text !== undefined && text !== null) input[name] = bound.read(member, text)
}
