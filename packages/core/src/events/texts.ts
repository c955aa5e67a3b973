/** The same value with every text in it changed, members' names apart. What does not change is not built anew. */
export function withTexts<Value>(value: Value, change: (text: string) => string): Value {
  // Rebuilding keeps the shape, so the type stays true.
  return rebuilt(value, change) as Value
}

function rebuilt(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => rebuilt(item, change))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  let changed: Record<string, unknown> | undefined
  for (const [name, member] of Object.entries(value)) {
    const now = rebuilt(member, change)
    if (now === member) continue
    changed ??= { ...value }
    changed[name] = now
  }
  return changed ?? value
}
