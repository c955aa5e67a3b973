import { FromStringShapeDeserializer } from '@smithy/core/protocols'
import type { NormalizedSchema } from '@smithy/core/schema'
import { AwsError } from '../service.ts'

/** Names of a form body are paths (`Filter.1.Value.2`): this is the tree that they spell. */
export interface FormNode {
  readonly children: Map<string, FormNode>
  value?: string
}

/** ec2Query's names and lists differ from awsQuery's. */
export type QueryDialect = 'awsQuery' | 'ec2Query'

/** Puts the parameters of a form in a tree. */
export function formTree(parameters: URLSearchParams): FormNode {
  const root: FormNode = { children: new Map() }
  for (const [path, value] of parameters) {
    let node = root
    for (const name of path.split('.')) {
      const child = node.children.get(name) ?? { children: new Map() }
      node.children.set(name, child)
      node = child
    }
    node.value = value
  }
  return root
}

const scalars = new FromStringShapeDeserializer({
  httpBindings: false,
  timestampFormat: { useTrait: true, default: 5 },
})

/** Reads a value of `schema` from the tree: the one direction of the Query protocols that the SDK lacks. */
export function decodeForm(schema: NormalizedSchema, node: FormNode, dialect: QueryDialect): unknown {
  if (schema.isUnitSchema()) return {}
  if (schema.isStructSchema()) return decodeStruct(schema, node, dialect)
  if (schema.isListSchema()) return decodeList(schema, node, dialect)
  if (schema.isMapSchema()) return decodeMap(schema, node, dialect)
  return decodeScalar(schema, node.value ?? '')
}

function decodeStruct(
  schema: NormalizedSchema,
  node: FormNode,
  dialect: QueryDialect,
): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const [name, member] of schema.structIterator()) {
    const child = node.children.get(structKey(name, member, dialect))
    if (child !== undefined) value[name] = decodeForm(member, child, dialect)
  }
  return value
}

function decodeList(schema: NormalizedSchema, node: FormNode, dialect: QueryDialect): unknown[] {
  const item = schema.getValueSchema()
  const flat = dialect === 'ec2Query' || schema.getMergedTraits().xmlFlattened
  const holder = flat ? node : node.children.get(nestedKey('member', item, dialect))
  return numbered(holder).map((child) => decodeForm(item, child, dialect))
}

function decodeMap(schema: NormalizedSchema, node: FormNode, dialect: QueryDialect): Record<string, unknown> {
  const key = schema.getKeySchema()
  const item = schema.getValueSchema()
  const holder = schema.getMergedTraits().xmlFlattened ? node : node.children.get('entry')
  const entries = numbered(holder).map((entry) => {
    const value = entry.children.get(nestedKey('value', item, dialect))
    const name = entry.children.get(nestedKey('key', key, dialect))?.value ?? ''
    return [name, value && decodeForm(item, value, dialect)] as const
  })
  return Object.fromEntries(entries)
}

function decodeScalar(schema: NormalizedSchema, text: string): unknown {
  const refusal = (): AwsError =>
    new AwsError('MalformedInput', `"${text}" is not a valid value for ${schema.getName()}`)
  // The SDK's reader takes any other word for false, and a dry run would be done.
  if (schema.isBooleanSchema() && !/^(true|false)$/i.test(text)) throw refusal()
  let value: unknown
  try {
    value = scalars.read(schema, text)
  } catch {
    throw refusal()
  }
  if (Number.isNaN(value)) throw refusal()
  return value
}

/** The children `1`, `2`, … in the order of their numbers. */
function numbered(node: FormNode | undefined): FormNode[] {
  const entries = [...(node?.children ?? [])].filter(([name]) => /^\d+$/.test(name))
  return entries.sort(([one], [other]) => Number(one) - Number(other)).map(([, child]) => child)
}

function structKey(name: string, member: NormalizedSchema, dialect: QueryDialect): string {
  const key = nestedKey(name, member, dialect)
  const named = dialect === 'awsQuery' || member.getMergedTraits().ec2QueryName !== undefined
  return named ? key : key.slice(0, 1).toUpperCase() + key.slice(1)
}

function nestedKey(fallback: string, member: NormalizedSchema, dialect: QueryDialect): string {
  const traits = member.getMergedTraits()
  const ec2Name = dialect === 'ec2Query' ? traits.ec2QueryName : undefined
  return typeof ec2Name === 'string' ? ec2Name : (traits.xmlName ?? fallback)
}
