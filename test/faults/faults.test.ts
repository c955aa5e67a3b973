import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { campaign } from './campaign.ts'

/** Another one with every commit, so that all kinds come to all addresses in time. */
const seed = Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).slice(0, 6), 16)

it('deployments survive faults at their calls: a few of them, others with every commit', async () => {
  const lines: string[] = []
  const reports = await campaign({ seed, most: 4, say: (line) => lines.push(line) })
  const verdicts = reports.flatMap((report) => report.verdicts)
  expect(verdicts).toHaveLength(8)
  expect(
    verdicts.flatMap(({ violations }) => violations),
    lines.join('\n'),
  ).toEqual([])
}, 600_000)
