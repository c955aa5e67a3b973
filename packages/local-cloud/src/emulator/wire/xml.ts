import { XmlShapeSerializer } from '@aws-sdk/core/protocols'
import type { NormalizedSchema } from '@smithy/core/schema'
import type { $SchemaRef, StaticStructureSchema } from '@smithy/types'
import type { Api } from './api.ts'
import type { WireAnswer } from './protocol.ts'

/** A structure made up here: an envelope around the SDK's own schemas. */
export function structure(
  name: string,
  members: Readonly<Record<string, $SchemaRef>>,
): StaticStructureSchema {
  return [3, 'viridian.wire', name, 0, Object.keys(members), Object.values(members)]
}

/** A document with `value` as its root element, in the API's namespace. */
export function writeXml(api: Api, schema: StaticStructureSchema, value: object): string {
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: false,
    xmlNamespace: api.xmlNamespace,
    serviceNamespace: api.xmlNamespace,
  })
  serializer.write(schema, value)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${serializer.flush()}`
}

export function xmlAnswer(status: number, requestId: string, body: string): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body,
  }
}

/** The members of a structure, with the references from which another structure can be made; none of the unit. */
export function membersOf(schema: NormalizedSchema): [string, NormalizedSchema, $SchemaRef][] {
  if (!schema.isStructSchema()) return []
  // `isStructSchema` has just told that the schema is a structure's tuple.
  const refs = (schema.getSchema() as StaticStructureSchema)[5]
  return [...schema.structIterator()].map(([name, member], index) => [name, member, refs[index] ?? 0])
}
