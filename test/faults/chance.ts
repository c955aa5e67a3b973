import { faultsAt, isKill } from './fault.ts'
import type { Scenario } from './recording.ts'
import type { Scaling } from './scaling.ts'
import type { Case, Strike } from './siege.ts'

/** Numbers from 0 to 1 that a seed repeats. */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const mostStrikes = 4

/** A run in bad weather: up to four faults, and perhaps what Auto Scaling does by itself, or a second run against it. */
export function caseAtRandom(
  scenarios: readonly Scenario[],
  scalings: readonly Scaling[],
  seed: number,
): Case {
  const chance = chanceOf(seed)
  const oneOf = <Value>(values: readonly Value[]): Value => {
    const value = values[Math.floor(chance() * values.length)]
    if (value === undefined) throw new Error('there is nothing to choose from')
    return value
  }
  const scenario = oneOf(scenarios)
  const strikes: Strike[] = []
  for (let count = 1 + Math.floor(chance() * mostStrikes); count > 0; count -= 1) {
    const address = oneOf(scenario.addresses)
    const fault = oneOf(faultsAt(address))
    strikes.push({ address, fault })
  }
  const rival = chance() < 0.3 && !strikes.some(({ fault }) => isKill(fault))
  const scaling = chance() < 0.6 ? oneOf(scalings) : undefined
  return { scenario, strikes, rival, ...(scaling && { scaling }) }
}
