import type { Campaign } from './campaign.ts'
import type { Finding, Strike } from './siege.ts'

interface Struck extends Strike {
  readonly finding: Finding
}

/** The campaigns as a table of Markdown: a row for each kind of fault. */
export function tableOf(campaigns: readonly Campaign[]): string {
  const findings = campaigns.flatMap((each) => each.findings)
  const strikes = findings.flatMap((finding) => finding.struck.map((strike) => ({ ...strike, finding })))
  const faults = [...new Set(strikes.map(({ fault }) => fault))].sort()
  return [
    '| fault | struck | ended all green | ended all blue | violations |',
    '|---|---|---|---|---|',
    ...faults.map((fault) => {
      const some = strikes.filter((each) => each.fault === fault)
      return row(fault, some)
    }),
    row('**all**', strikes),
  ].join('\n')
}

function row(name: string, strikes: readonly Struck[]): string {
  const count = (is: (finding: Finding) => boolean): number =>
    strikes.filter(({ finding }) => is(finding)).length
  const cells = [
    name,
    strikes.length,
    count(({ end, violations }) => end === 'green' && violations.length === 0),
    count(({ end, violations }) => end === 'blue' && violations.length === 0),
    count(({ violations }) => violations.length > 0),
  ]
  return `| ${cells.join(' | ')} |`
}

/** How many addresses there are, and how many were tried. */
export function reachOf({ subject, addresses, tried, findings }: Campaign): string {
  const faults = findings.reduce((sum, { struck }) => sum + struck.length, 0)
  return `${subject.template}: ${tried} of ${addresses} addresses tried, by ${faults} faults in ${findings.length} runs`
}
