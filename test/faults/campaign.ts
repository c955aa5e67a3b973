import { addressText } from './address.ts'
import { caseAtRandom } from './chance.ts'
import { type Fault, faultsAt, isOutlived, isSurvived } from './fault.ts'
import { Field, type Subject } from './field.ts'
import { record } from './recording.ts'
import { scalingsOf } from './scaling.ts'
import { besiege, type Case, type Finding, type Strike } from './siege.ts'

export interface CampaignOptions {
  readonly subject: Subject
  /** Turns the order of the addresses, and which fault each one meets. */
  readonly seed: number
  /** Every address meets every fault. @default each meets one; those that runs outlive share runs */
  readonly full?: boolean
  /** One of so many parts of it, counted from 1: what takes hours is done in several goes. */
  readonly part?: { readonly which: number; readonly of: number }
  /** Ends the campaign when it is over; what was not come to is told. */
  readonly minutes?: number
  /** Runs meet several faults each, an alarm of the group, a second run: by chance, until the minutes are over. */
  readonly random?: boolean
  /** Only addresses whose text matches, for whoever looks into a violation. */
  readonly only?: RegExp
  /** Only this fault, at every address that can meet it. */
  readonly fault?: string
  readonly say: (line: string) => void
}

export interface Campaign {
  readonly subject: Subject
  /** How many addresses the recordings hold. */
  readonly addresses: number
  /** How many of them were tried. */
  readonly tried: number
  readonly findings: readonly Finding[]
}

/** Records both runs of an approach, and puts faults to their addresses, on some fleets side by side. */
export async function campaign(options: CampaignOptions): Promise<Campaign> {
  const { subject, seed, minutes = Number.POSITIVE_INFINITY, say } = options
  const end = Date.now() + minutes * 60_000
  const first = await Field.open(subject)
  const scenarios = await record(first).catch(async (error: unknown) => {
    await first.close()
    throw error
  })
  const addresses = scenarios.reduce((sum, scenario) => sum + scenario.addresses.length, 0)
  const queue = options.random ? [] : casesOf(options, scenarios)
  say(
    `${subject.name}: ${addresses} addresses, ${options.random ? 'at random' : `${queue.length} runs`}, seed ${seed}`,
  )
  const next = options.random ? chance(scenarios, subject, seed) : () => queue.shift()
  const findings: Finding[] = []
  const others = Array.from({ length: subject.fields - 1 }, () => Field.open(subject))
  await Promise.all(
    [first, ...others].map(async (field) => besiegeAll(await field, { next, end, say, findings, queue })),
  )
  const tried = new Set(findings.flatMap(({ struck }) => struck.map(({ address }) => addressText(address))))
  return { subject, addresses, tried: tried.size, findings }
}

interface Course {
  readonly next: () => Case | undefined
  readonly end: number
  readonly say: (line: string) => void
  readonly findings: Finding[]
  /** What is still to come. */
  readonly queue: Case[]
}

/** Besieges one fleet by what is left of the cases, until they or the time are over. */
async function besiegeAll(opened: Field, { next, end, say, findings, queue }: Course): Promise<void> {
  let field = opened
  try {
    for (let each = next(); each && Date.now() < end; each = next()) {
      const began = Date.now()
      const finding = await besiege(field, each)
      findings.push(finding)
      queue.push(...missedBy(finding))
      say(`${told(finding)} · ${((Date.now() - began) / 1000).toFixed(1)}s`)
      if (finding.violations.length === 0) continue
      if (finding.case.seed !== undefined) say(`--random --seed ${finding.case.seed} repeats it`)
      say(finding.said)
      // What a violation has left must not be taken for the next one's.
      await field.close()
      field = await Field.open(field.subject)
    }
  } finally {
    await field.close()
  }
}

/** Those faults that a run has not come to since an earlier one of its own ended it: each gets a run to itself. */
function missedBy({ case: { scenario, strikes, seed }, struck }: Finding): Case[] {
  if (strikes.length === 1 || seed !== undefined) return []
  return strikes
    .filter((strike) => !struck.includes(strike))
    .map((strike) => ({ scenario, strikes: [strike] }))
}

type Scenarios = Awaited<ReturnType<typeof record>>

function chance(scenarios: Scenarios, subject: Subject, first: number): () => Case {
  let seed = first
  return () => {
    const each = { ...caseAtRandom(scenarios, scalingsOf(subject), seed), seed }
    seed += 1
    return each
  }
}

/** So many faults that are outlived meet one run. */
const together = 12
/** So often is one run killed. */
const lives = 6

function casesOf(
  { seed, full = false, only, fault: one, part }: CampaignOptions,
  scenarios: Scenarios,
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

function told({ case: { strikes, scaling, rival }, struck, trail, end, violations }: Finding): string {
  const what = strikes.map((strike) => {
    const missed = struck.includes(strike) ? '' : ' (not come by)'
    return `${addressText(strike.address)} · ${strike.fault}${missed}`
  })
  if (scaling) what.push(scaling)
  if (rival) what.push('a rival')
  const outcome = violations.length > 0 ? `✗ ${violations.join('; ')}` : `✓ ${end}`
  return `${what.join('\n+ ')} · ${trail.join(', ')} · ${outcome}`
}
