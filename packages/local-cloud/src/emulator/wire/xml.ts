import { XmlShapeSerializer } from '@aws-sdk/core/protocols'
import type { $SchemaRef, StaticStructureSchema } from '@smithy/types'
import type { Api } from './api.ts'

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
