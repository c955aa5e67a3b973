import { z } from 'zod'

// Written so that no real name looks like it, and a person reads it as a gap.
const open = '⟨'
const close = '⟩'

/**
 * A string that stands for what only a real run knows: `⟨image⟩`.
 *
 * @example
 * ```ts
 * placeholderText('image') // '⟨image⟩'
 * ```
 */
export const placeholderText = (what: string): string => `${open}${what}${close}`

/** True when a planned step's output flows into this value: nothing real can be asked with it. */
export function holdsPlaceholder(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(open) && value.includes(close)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(holdsPlaceholder)
}

/** An output such as `schema` describes, of placeholders: what a plan gives back for a step that it does not run. */
export function placeholderFor<Output>(schema: z.ZodType<Output>): Output {
  return schema.parse(fill(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }), 'output'))
}

type JsonSchema = z.core.JSONSchema.BaseSchema | boolean

function fill(schema: JsonSchema, name: string): unknown {
  if (typeof schema === 'boolean') return null
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const alternative = schema.anyOf?.[0] ?? schema.oneOf?.[0]
  if (alternative !== undefined) return fill(alternative, name)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((key) => [key, fill(schema.properties?.[key] ?? true, key)]),
      )
    case 'array':
      return schema.items === undefined || Array.isArray(schema.items) ? [] : [fill(schema.items, name)]
    case 'string':
      return placeholderText(name)
    case 'number':
    case 'integer':
      return schema.minimum ?? 0
    case 'boolean':
      return false
    default:
      return null
  }
}
