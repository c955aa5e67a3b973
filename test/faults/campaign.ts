import { addressText } from './address.ts'
import { faultsAt } from './fault.ts'
import { Field, type Subject } from './field.ts'
import { record } from './recording.ts'
import { besiege, type Case, type Finding } from './siege.ts'

export interface CampaignOptions {
  readonly subject: Subject
  /** Turns the order of the addresses, and which fault each one meets. */
  readonly seed: number
  /** Every address meets every fault. @default each meets one */
  readonly full?: boolean
  /** Ends the campaign when it is over; what was not come to is told. */
  readonly minutes?: number
  /** Only addresses whose text matches, for whoever looks into a violation. */
  readonly only?: RegExp
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

/** Records both runs of an approach, and puts faults to their addresses, one after another, on one fleet. */
export async function campaign(options: CampaignOptions): Promise<Campaign> {
  const { subject, seed, minutes = Number.POSITIVE_INFINITY, say } = options
  const end = Date.now() + minutes * 60_000
  const findings: Finding[] = []
  let field = await Field.open(subject)
  try {
    const scenarios = await record(field)
    const cases = casesOf(options, scenarios)
    const addresses = scenarios.reduce((sum, scenario) => sum + scenario.addresses.length, 0)
    say(`${subject.template}: ${addresses} addresses, ${cases.length} cases, seed ${seed}`)
    for (const each of cases) {
      if (Date.now() > end) break
      const began = Date.now()
      const finding = await besiege(field, each)
      findings.push(finding)
      say(`${told(finding)} · ${((Date.now() - began) / 1000).toFixed(1)}s`)
      if (finding.violations.length === 0) continue
      say(finding.said)
      // What a violation has left must not be taken for the next one's.
      await field.close()
      field = await Field.open(subject)
    }
    const tried = new Set(
      findings.map(({ case: { scenario, address } }) => scenario.name + addressText(address)),
    )
    return { subject, addresses, tried: tried.size, findings }
  } finally {
    await field.close()
  }
}

type Scenarios = Awaited<ReturnType<typeof record>>

function casesOf({ seed, full = false, only }: CampaignOptions, scenarios: Scenarios): Case[] {
  const all = scenarios.flatMap((scenario) => scenario.addresses.map((address) => ({ scenario, address })))
  const chosen = all.filter(({ address }) => only?.test(addressText(address)) ?? true)
  const cases = chosen.flatMap(({ scenario, address }, index) => {
    const faults = faultsAt(address)
    const turn = faults[(index + seed) % faults.length]
    return faults.filter((fault) => full || fault === turn).map((fault) => ({ scenario, address, fault }))
  })
  const from = cases.length === 0 ? 0 : seed % cases.length
  return [...cases.slice(from), ...cases.slice(0, from)]
}

function told({ case: { address, fault }, struck, trail, end, violations }: Finding): string {
  const outcome = violations.length > 0 ? `✗ ${violations.join('; ')}` : `${struck ? '✓' : '–'} ${end}`
  return `${addressText(address)} · ${fault} · ${trail.join(', ')} · ${outcome}`
}
