/** A line that only one of two texts has: `-` the first one, `+` the second. */
export interface Change {
  readonly sign: '-' | '+'
  readonly line: string
}

/** What turns one list of lines into another: the fewest lines taken out and put in. For short lists. */
export function difference(before: readonly string[], after: readonly string[]): Change[] {
  const common = commonLengths(before, after)
  const changes: Change[] = []
  let [from, to] = [0, 0]
  while (from < before.length || to < after.length) {
    const [old, now] = [before[from], after[to]]
    if (old !== undefined && old === now) {
      from += 1
      to += 1
    } else if (
      old !== undefined &&
      (now === undefined || (common[from + 1]?.[to] ?? 0) >= (common[from]?.[to + 1] ?? 0))
    ) {
      changes.push({ sign: '-', line: old })
      from += 1
    } else {
      changes.push({ sign: '+', line: now ?? '' })
      to += 1
    }
  }
  return changes
}

/** How many lines the rests of both lists have in common, in their order, from each pair of places on. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0))
  for (let from = before.length - 1; from >= 0; from -= 1)
    for (let to = after.length - 1; to >= 0; to -= 1) {
      const row = lengths[from] ?? []
      row[to] =
        before[from] === after[to]
          ? 1 + (lengths[from + 1]?.[to + 1] ?? 0)
          : Math.max(lengths[from + 1]?.[to] ?? 0, row[to + 1] ?? 0)
    }
  return lengths
}
