const fewest = 3
const number = /\d+/g

/**
 * Names of hosts as a person writes many of them: `web-[1-46,48], db-1`. Three or more that differ in one number alone are
 * told together; leading zeros stay.
 */
export function hostNames(names: readonly string[]): string {
  const sizes = new Map<string, number>()
  const shapes = names.map(shapesOf)
  for (const shape of shapes.flat()) sizes.set(shape.key, (sizes.get(shape.key) ?? 0) + 1)
  const groups = new Map<string, Shape[]>()
  for (const [index, name] of names.entries()) {
    const best = shapes[index]?.reduce<Shape | undefined>(
      (most, shape) => ((sizes.get(shape.key) ?? 0) > (most ? (sizes.get(most.key) ?? 0) : 1) ? shape : most),
      undefined,
    )
    const shape = best ?? { key: name, before: name, digits: '', after: '' }
    const group = groups.get(shape.key)
    if (group) group.push(shape)
    else groups.set(shape.key, [shape])
  }
  return [...groups.values()].map(told).join(', ')
}

/** A name seen as one of a series: what stands before and behind the number that counts it. */
interface Shape {
  readonly key: string
  readonly before: string
  readonly digits: string
  readonly after: string
}

function shapesOf(name: string): Shape[] {
  return [...name.matchAll(number)].map(({ 0: digits, index }) => {
    const before = name.slice(0, index)
    const after = name.slice(index + digits.length)
    return { key: `${before}\n${after}`, before, digits, after }
  })
}

function told(group: readonly Shape[]): string {
  const [first] = group
  if (group.length < fewest || first === undefined)
    return group.map(({ before, digits, after }) => `${before}${digits}${after}`).join(', ')
  return `${first.before}[${rangesOf(group.map(({ digits }) => digits))}]${first.after}`
}

function rangesOf(all: readonly string[]): string {
  const sorted = [...new Set(all)].sort(
    (one, other) => Number(one) - Number(other) || one.length - other.length,
  )
  const ranges: { first: string; last: string }[] = []
  for (const digits of sorted) {
    const range = ranges.at(-1)
    if (range && following(range.last) === digits) range.last = digits
    else ranges.push({ first: digits, last: digits })
  }
  return ranges
    .map(({ first, last }) =>
      first === last ? first : `${first}${following(first) === last ? ',' : '-'}${last}`,
    )
    .join(',')
}

const following = (digits: string): string => String(BigInt(digits) + 1n).padStart(digits.length, '0')
