/** What is kept by names of others' choosing: it has no `constructor`, `valueOf` or `__proto__` of its own. */
export function dictionary<Value>(
  ...parts: readonly (Readonly<Record<string, Value>> | undefined)[]
): Record<string, Value> {
  const made: Record<string, Value> = Object.create(null)
  return Object.assign(made, ...parts)
}

/** Plain JSON in which every object is a dictionary. */
export function dictionaries(json: string): unknown {
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? dictionary({ ...value }) : value,
  )
}
