/** What one contestant's rounds came to. */
export interface Figures {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function figuresOf(values: readonly number[]): Figures {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? Number.NaN, sorted[Math.floor(middle)] ?? Number.NaN]
  return { median: (low + high) / 2, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN }
}

/**
 * Runs every contestant once a round, in turns, so that a noisy minute hits all of them. The first round is for warmth. A
 * round in which one fails is told and left out, but for the first contestant's own. The slow ones have one round, the first
 * that counts.
 */
export async function inTurns<Name extends string, Value>(
  contestants: ReadonlyMap<Name, () => Promise<Value>>,
  rounds: number,
  say: (text: string) => void,
  slow: readonly Name[] = [],
): Promise<Map<Name, Value[]>> {
  const values = new Map<Name, Value[]>([...contestants.keys()].map((name) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`)
    for (const [index, [name, run]] of [...contestants].entries()) {
      if (slow.includes(name) && round !== 1) continue
      try {
        const value = await run()
        if (round > 0) values.get(name)?.push(value)
      } catch (error) {
        if (index === 0) throw error
        say(`${name} failed: ${String(error).slice(-300)}`)
      }
    }
  }
  return values
}
