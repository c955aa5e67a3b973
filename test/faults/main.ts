import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { campaign, tableOf } from './campaign.ts'

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    most: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
})

/** Another one with every commit, so that all kinds come to all addresses in time. */
const commit = (): string => execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' })
const seed = values.seed === undefined ? Number.parseInt(commit().slice(0, 6), 16) : Number(values.seed)

const reports = await campaign({
  seed,
  full: values.full,
  ...(values.minutes !== undefined && { minutes: Number(values.minutes) }),
  ...(values.most !== undefined && { most: Number(values.most) }),
  ...(values.only && { templates: values.only }),
  say: (line) => process.stderr.write(`${line}\n`),
})

const verdicts = reports.flatMap((report) => report.verdicts)
const violations = verdicts.filter((verdict) => verdict.violations.length > 0)
process.stdout.write(`${tableOf(reports).join('\n')}\n\n`)
for (const { template, addresses, verdicts } of reports) {
  const missed = verdicts.filter(({ reached }) => !reached).length
  process.stdout.write(
    `${template}: ${addresses} addresses, ${verdicts.length} trials${missed > 0 ? `, ${missed} of them not reached` : ''}\n`,
  )
}
process.stdout.write(`seed ${seed}: ${violations.length} violations\n`)
process.exitCode = violations.length > 0 ? 1 : 0
