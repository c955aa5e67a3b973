import type { RecordSet } from './hosted-zone.ts'

/** What a choice between record sets goes by. */
export interface Routing {
  isHealthy(set: RecordSet): boolean
  /** A number from 0 up to, not including, 1. */
  random(): number
}

/** How many of several answers are given at once. */
const mostAnswers = 8

/**
 * The record sets of one name and type that are answered: a simple one as it is, of routed ones those that their policy
 * chooses among the healthy, or among all if none is. There are no places here: of sets by region or place any may be it.
 */
export function routed(sets: readonly RecordSet[], { isHealthy, random }: Routing): readonly RecordSet[] {
  const [first] = sets
  if (first === undefined || sets.length === 1) return sets
  const healthy = sets.filter(isHealthy)
  const candidates = healthy.length > 0 ? healthy : sets
  if (first.MultiValueAnswer === true) return shuffled(candidates, random).slice(0, mostAnswers)
  const primary = candidates.find(({ Failover }) => Failover === 'PRIMARY')
  if (first.Failover !== undefined) return [primary ?? candidates[0] ?? first]
  return [byWeight(candidates, random) ?? first]
}

function byWeight(sets: readonly RecordSet[], random: Routing['random']): RecordSet | undefined {
  const weights = sets.map(({ Weight }) => Weight ?? 1)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return sets[Math.floor(random() * sets.length)]
  let point = random() * total
  return sets.find((_, index) => {
    point -= weights[index] ?? 0
    return point < 0
  })
}

function shuffled<Item>(items: readonly Item[], random: Routing['random']): Item[] {
  const left = [...items]
  return items.flatMap(() => left.splice(Math.floor(random() * left.length), 1))
}
