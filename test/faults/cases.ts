import { addressText } from './address.ts'
import { caseAtRandom } from './chance.ts'
import { type Fault, faultsAt, isOutlived, isSurvived } from './fault.ts'
import type { Subject } from './field.ts'
import type { Scenario } from './recording.ts'
import { scalingsOf } from './scaling.ts'
import type { Case, Finding, Strike } from './siege.ts'

export interface CaseOptions {
  /** Turns the order of the addresses, and which fault each one meets. */
  readonly seed: number
  /** Every address meets every fault. @default each meets one; those that runs outlive share runs */
  readonly full?: boolean
  /** One of so many parts of it, counted from 1: what takes long is done in several goes. */
  readonly part?: { readonly which: number; readonly of: number }
  /** Runs meet several faults each, an alarm of the group, a second run: by chance, and without an end. */
  readonly random?: boolean
  /** Only addresses whose text matches, for whoever looks into a violation. */
  readonly only?: RegExp
  /** Only this fault, at every address that can meet it. */
  readonly fault?: string
}

/** What an approach has still to meet. */
export interface Cases {
  /** How many runs are left, as far as is known. */
  readonly left: number
  next(): Case | undefined
  /** Takes up what a run has not come to. */
  missed(finding: Finding): void
}

/** So many faults that are outlived meet one run. */
const together = 12
/** So often is one run killed. */
const lives = 6

/** Each address in its turn, until all have been. */
export function sweep(scenarios: readonly Scenario[], options: CaseOptions): Cases {
  const queue = casesOf(scenarios, options)
  return {
    get left() {
      return queue.length
    },
    next: () => queue.shift(),
    missed: (finding) => void queue.push(...missedBy(finding)),
  }
}

/** Never over: there is as much to meet as there are addresses. */
export function chance(scenarios: readonly Scenario[], subject: Subject, first: number): Cases {
  let seed = first
  return {
    left: scenarios.reduce((sum, { addresses }) => sum + addresses.length, 0),
    next() {
      const each = { ...caseAtRandom(scenarios, scalingsOf(subject), seed), seed }
      seed += 1
      return each
    },
    missed: () => undefined,
  }
}

function casesOf(
  scenarios: readonly Scenario[],
  { seed, full = false, only, fault: one, part }: CaseOptions,
): Case[] {
  const cases = scenarios.flatMap((scenario): Case[] => {
    const addresses = scenario.addresses.filter((address) => only?.test(addressText(address)) ?? true)
    const strikes = addresses.flatMap((address, index): Strike[] => {
      const possible = faultsAt(address).filter((fault) => one === undefined || fault === one)
      const all = full || one !== undefined
      const faults = all ? possible : [turnOf(possible, index + seed)]
      return faults.map((fault) => ({ address, fault }))
    })
    const outlived = strikes.filter(({ address, fault }) => isOutlived(address, fault))
    const survived = strikes.filter(({ address, fault }) => isSurvived(address, fault))
    const alone = strikes.filter((strike) => !outlived.includes(strike) && !survived.includes(strike))
    return [...chunks(outlived, together), ...chunks(survived, lives), ...chunks(alone, 1)].map(
      (strikes) => ({ scenario, strikes }),
    )
  })
  // What tries many addresses in one run comes first: time may run out.
  const shared = cases.filter(({ strikes }) => strikes.length > 1)
  const others = cases.filter((each) => !shared.includes(each))
  // The parts of a whole are the same with every seed.
  const from = full || others.length === 0 ? 0 : seed % others.length
  const all = [...shared, ...others.slice(from), ...others.slice(0, from)]
  return part ? all.filter((_, index) => index % part.of === part.which - 1) : all
}

function turnOf(faults: readonly Fault[], turn: number): Fault {
  const fault = faults[turn % faults.length]
  if (fault === undefined) throw new Error('nothing can go wrong here')
  return fault
}

/** Neighbours meet different runs: a run that dwells at every step would not be one that anybody sees. */
function chunks(strikes: readonly Strike[], size: number): Strike[][] {
  const count = Math.ceil(strikes.length / size)
  return Array.from({ length: count }, (_, at) => strikes.filter((_, index) => index % count === at))
}

/** Those faults that a run has not come to since an earlier one of its own ended it: each gets a run to itself. */
function missedBy({ case: { scenario, strikes }, struck }: Finding): Case[] {
  if (strikes.length === 1) return []
  return strikes
    .filter((strike) => !struck.includes(strike))
    .map((strike) => ({ scenario, strikes: [strike] }))
}
