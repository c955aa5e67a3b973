import type { NormalizedSchema } from '@smithy/core/schema'

/** Pseudo-random numbers in [0, 1) that a seed makes repeatable (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const texts = [
  'plain',
  'two words',
  'a&b=c+d%20',
  '<x a="1">\'é✓</x>',
  'Zürich, 日本',
  '0',
  'true',
  '{"k":[1]}',
]

/** Deeper than this only what is required is made: some schemas contain themselves. */
const deepest = 4

/** A random value of a schema that every wire form can carry: no empty structures, no trimmed or empty texts. */
export function randomValue(
  schema: NormalizedSchema,
  random: () => number,
  depth = 0,
  required = false,
): unknown {
  if (schema.isStructSchema()) return randomStruct(schema, random, depth, required)
  if (schema.isListSchema()) {
    const items = Array.from({ length: 1 + Math.floor(random() * 2) }, () =>
      randomValue(schema.getValueSchema(), random, depth + 1),
    ).filter((item) => item !== undefined)
    return items.length === 0 ? undefined : items
  }
  if (schema.isMapSchema()) {
    const value = randomValue(schema.getValueSchema(), random, depth + 1)
    return value === undefined ? undefined : { [pick(texts, random)]: value }
  }
  return randomScalar(schema, random)
}

function randomStruct(
  schema: NormalizedSchema,
  random: () => number,
  depth: number,
  required: boolean,
): object | undefined {
  const members = [...schema.structIterator()]
  const tuple: unknown = schema.getSchema()
  const requiredCount = Array.isArray(tuple) && typeof tuple[6] === 'number' ? tuple[6] : 0
  // Empty structures are no use, so that one which must be there has its first member.
  const needed = required ? Math.max(requiredCount, 1) : requiredCount
  const chosen = schema.isUnionSchema() ? [pick(members, random)] : members
  const value: Record<string, unknown> = {}
  for (const [index, [name, member]] of chosen.entries()) {
    const wanted = index < needed || (depth < deepest && (index === 0 || random() < 0.6))
    const made = wanted ? randomValue(member, random, depth + 1, index < needed) : undefined
    if (made !== undefined) value[name] = made
  }
  return depth > 0 && Object.keys(value).length === 0 ? undefined : value
}

function randomScalar(schema: NormalizedSchema, random: () => number): unknown {
  const traits = schema.getMergedTraits()
  if (schema.isBooleanSchema()) return schema.getMemberName() === 'DryRun' ? false : random() < 0.5
  if (schema.isNumericSchema()) return Math.floor(random() * 1e6)
  if (schema.isBigIntegerSchema()) return BigInt(Math.floor(random() * 1e6))
  if (schema.isTimestampSchema()) return new Date(Math.floor(random() * 2e9) * 1000)
  if (schema.isBlobSchema()) return Uint8Array.from({ length: 5 }, () => Math.floor(random() * 256))
  // Headers carry ASCII alone, and Route 53's client cuts slashes off the ids in its paths.
  if (traits.httpHeader !== undefined || traits.httpLabel) return `x-${Math.floor(random() * 1e6)}`
  return pick(texts, random)
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('There is nothing to pick from.')
  return item
}
