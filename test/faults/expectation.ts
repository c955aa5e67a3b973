import { expect } from 'vitest'
import { campaign } from './campaign.ts'
import type { Subject } from './field.ts'
import { seedOfCommit } from './seed.ts'
import { reachOf, tableOf } from './table.ts'

const minutes = 4

/** The size of CI: every address that the time is enough for meets one fault; the commit says which, and who comes first. */
export async function expectNoViolation(subject: Subject): Promise<void> {
  const seed = seedOfCommit()
  const lines: string[] = []
  const done = await campaign({ subject, seed, minutes, say: (line) => void lines.push(line) })
  process.stdout.write(`${tableOf([done])}\n\nseed ${seed}: ${reachOf(done)}\n`)
  const violations = done.findings.flatMap(({ violations }) => violations)
  expect(
    { violations, lines: violations.length > 0 ? lines : [] },
    `pnpm test:faults --approach ${subject.template} --seed ${seed} repeats it`,
  ).toEqual({ violations: [], lines: [] })
  expect(done.findings.length).toBeGreaterThan(10)
}
