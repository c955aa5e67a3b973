import type { NormalizedSchema } from '@smithy/core/schema'
import { AwsError } from '../service.ts'

/**
 * The path to the first required member that a decoded input lacks. A structure's schema lists its required
 * members first and ends with their count.
 */
export function missingMember(schema: NormalizedSchema, value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (schema.isStructSchema()) return missingInStruct(schema, value)
  if (schema.isListSchema())
    return missingInItems(schema, Object.values(value), (index) => `${index + 1}.member`)
  if (schema.isMapSchema()) {
    const keys = Object.keys(value)
    return missingInItems(schema, Object.values(value), (index) => `${keys[index]}`)
  }
  return undefined
}

function missingInStruct(schema: NormalizedSchema, value: object): string[] | undefined {
  const members = new Map(Object.entries(value))
  let required = requiredCount(schema)
  for (const [name, member] of schema.structIterator()) {
    const child = members.get(name)
    if (required-- > 0 && child === undefined) return [name]
    const missing = missingMember(member, child)
    if (missing !== undefined) return [name, ...missing]
  }
  return undefined
}

function missingInItems(
  schema: NormalizedSchema,
  items: readonly unknown[],
  label: (index: number) => string,
): string[] | undefined {
  const item = schema.getValueSchema()
  for (const [index, value] of items.entries()) {
    const missing = missingMember(item, value)
    if (missing !== undefined) return [label(index), ...missing]
  }
  return undefined
}

function requiredCount(schema: NormalizedSchema): number {
  const tuple: unknown = schema.getSchema()
  const count: unknown = Array.isArray(tuple) ? tuple[6] : 0
  return typeof count === 'number' ? count : 0
}

/** The words of the services that validate by model: `Value null at 'tags.1.member.key' failed …`. */
export function constraintRefusal(code: string): (path: readonly string[]) => AwsError {
  return (path) => {
    const name = path.map((part) => part.slice(0, 1).toLowerCase() + part.slice(1)).join('.')
    return new AwsError(
      code,
      `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
    )
  }
}
