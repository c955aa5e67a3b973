import type { Campaign } from './campaign.ts'
import type { Finding } from './siege.ts'

/** The campaigns as a table of Markdown: a row for each kind of fault. */
export function tableOf(campaigns: readonly Campaign[]): string {
  const findings = campaigns.flatMap((each) => each.findings)
  const faults = [...new Set(findings.map((each) => each.case.fault))].sort()
  const row = (name: string, some: readonly Finding[]): string => {
    const struck = some.filter((each) => each.struck)
    const count = (is: (finding: Finding) => boolean): number => struck.filter(is).length
    return `| ${[
      name,
      struck.length,
      count(({ end }) => end === 'green'),
      count(({ end }) => end === 'blue'),
      some.filter(({ violations }) => violations.length > 0).length,
    ].join(' | ')} |`
  }
  return [
    '| fault | struck | ended all green | ended all blue | violations |',
    '|---|---|---|---|---|',
    ...faults.map((fault) =>
      row(
        fault,
        findings.filter((each) => each.case.fault === fault),
      ),
    ),
    row('**all**', findings),
  ].join('\n')
}

/** How many addresses there are, and how many were tried: a line for each approach. */
export const reachOf = ({ subject, addresses, tried, findings }: Campaign): string =>
  `${subject.template}: ${tried} of ${addresses} addresses tried, ${findings.filter(({ struck }) => struck).length} faults struck`
