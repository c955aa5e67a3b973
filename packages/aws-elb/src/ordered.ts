/** The same with every list sorted: AWS promises no order, and none of the lists that are compared means one. */
export function ordered<Value>(value: Value): Value {
  return sorted(value) as Value // Of the same shape, member by member.
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sorted).sort((one, other) => (textOf(one) < textOf(other) ? -1 : 1))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([member, of]): [string, unknown] => [member, sorted(of)])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )
}

const textOf = (value: unknown): string => JSON.stringify(value)
