import { expect, it } from 'vitest'
import type { RunLine } from '../run/run-lines.ts'
import { runsTable } from './runs.ts'

const run: RunLine = {
  kind: 'run',
  run: '20260101-120000-abcd',
  task: 'deploy:bluegreen',
  stage: 'production',
  by: 'deploy@laptop',
  at: '2026-01-01T12:00:00.000Z',
  state: 'crashed',
  until: null,
  ms: null,
  leftovers: [],
  remedy: 'tasks rollback 20260101-120000-abcd',
  error: null,
}

it.each([
  [undefined, ['RUN', 'TASK', 'STAGE', 'BY', 'SINCE (UTC)', 'STATE', 'TOOK']],
  [120, ['RUN', 'TASK', 'STAGE', 'BY', 'SINCE (UTC)', 'STATE', 'TOOK']],
  [80, ['RUN', 'TASK', 'STAGE', 'BY', 'STATE', 'TOOK']],
  [79, ['RUN', 'TASK', 'STAGE', 'STATE', 'TOOK']],
  [60, ['RUN', 'TASK', 'STATE', 'TOOK']],
  [20, ['RUN', 'TASK', 'STATE']],
])('runs stand in a table that fits a terminal of %s columns', (room, heads) => {
  const [head = '', ...rows] = runsTable([run], room)
  expect(head.split(/ {2,}/)).toEqual(heads)
  expect(rows.join('\n')).toMatch(
    /^20260101-120000-abcd {2}deploy:bluegreen .*crashed\n {2}finish it with: \S/,
  )
})
