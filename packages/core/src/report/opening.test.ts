import { expect, it } from 'vitest'
import { historyOf } from '../journal/history.ts'
import type { JournalRecord } from '../journal/record.ts'
import { opening } from './opening.ts'
import { runReport } from './run-report.ts'

const at = '2026-11-27T10:00:00.000Z'
const records: readonly JournalRecord[] = [
  {
    ...{
      kind: 'run.started',
      at,
      format: 1,
      run: '20261127-100000-abcd',
      task: 'deploy',
      stage: 'production',
    },
    ...{ args: {}, plugins: [], locks: [], by: { user: 'ada', host: 'laptop', pid: 1 } },
  },
  {
    ...{ kind: 'step.intended', at, key: '/make#0', step: 'make', version: 1, type: 'change', title: 'make' },
    ...{ digest: '', input: null },
  },
]

it.each([
  [
    true,
    'It still goes on; the last that it recorded is of 2026-11-27 10:00:00 UTC. Its changes: 1 under way.',
  ],
  [
    false,
    'Its changes: 1 not known to have been made. **Something is left**, and `tasks rollback 20261127-100000-abcd` finishes it.',
  ],
])('says of what has begun a change how far it is: while its process is there (%s)', (isHeld, end) => {
  const history = historyOf(records)
  const report = history && runReport(history, records, { isHeld, outputs: null, damages: [] })
  expect(report && opening(report).endsWith(end)).toBe(true)
  expect(report && opening(report)).toMatch(
    /^`ada@laptop` ran `deploy` on stage `production`, at 2026-11-27 10:00:00 UTC\. /,
  )
})
