/** The candidates that a person may have meant, the likeliest first. */
export function nearest(word: string, candidates: readonly string[], most = 3): string[] {
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .map((each) => ({ ...each, holds: each.candidate.includes(word) }))
    .filter(({ candidate, distance, holds }) => holds || isNear(distance, word, candidate))
    .sort((a, b) => Number(b.holds) - Number(a.holds) || a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

/**
 * `did you mean deploy:bluegreen?`, or undefined when nothing is near.
 *
 * @example
 * ```ts
 * suggestion('wbe', ['web', 'workers']) // 'did you mean web?'
 * ```
 */
export function suggestion(word: string, candidates: readonly string[]): string | undefined {
  const near = nearest(word, candidates)
  return near.length === 0 ? undefined : `did you mean ${near.join(', ')}?`
}

/** A few letters off, but not another word altogether. */
const isNear = (distance: number, word: string, candidate: string): boolean =>
  distance <= Math.max(2, candidate.length / 3) && distance < Math.min(word.length, candidate.length)

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const row = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const substituted = (previous[j] ?? 0) + (letter === other ? 0 : 1)
      row.push(Math.min(substituted, (previous[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1))
    }
    previous = row
  }
  return previous.at(-1) ?? 0
}
