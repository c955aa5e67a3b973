import { hostname } from 'node:os'
import { expect, it } from 'vitest'
import { ViridianError } from '../error.ts'
import type { RunLine } from '../run/run-lines.ts'
import { lockFindings, runFindings } from './past-runs.ts'

const run = (state: RunLine['state'], more: Partial<RunLine> = {}): RunLine => ({
  kind: 'run',
  run: '20260101-000000-abcd',
  task: 'deploy',
  stage: 'production',
  by: 'ada@laptop',
  at: '2026-01-01T00:00:00.000Z',
  state,
  until: null,
  ms: null,
  leftovers: [],
  remedy: null,
  error: null,
  ...more,
})
const crashed = run('crashed', { leftovers: ['run 3'], remedy: 'tasks rollback 20260101-000000-abcd' })

it('tells the remedy of what a run has left, a problem on its own stage alone', () => {
  const [here] = runFindings([crashed, run('succeeded')], 'production')
  expect(here).toMatchObject({
    verdict: 'problem',
    hint: crashed.remedy,
    says: expect.stringMatching(/crashed.*run 3$/),
  })
  const [elsewhere] = runFindings([crashed], 'local')
  expect(elsewhere).toMatchObject({ verdict: 'warning', says: expect.stringMatching('on stage production') })
})

it('warns of a run that goes on, that may still go back, or that crashed and left nothing', () => {
  const runs = [run('running'), run('kept', { until: 'noon' }), run('crashed', { remedy: 'tasks resume X' })]
  expect(runFindings(runs, 'production').map(({ verdict }) => verdict)).toEqual([
    'warning',
    'warning',
    'warning',
  ])
})

it('tells a journal that cannot be read, and where', () => {
  const error = {
    code: 'E_JOURNAL_DAMAGED',
    message: 'line 3 is no record',
    hint: 'see it',
    place: { file: 'x.jsonl' },
  }
  expect(runFindings([run('damaged', { error })], 'production')).toEqual([
    { verdict: 'problem', says: error.message, hint: error.hint, place: error.place },
  ])
})

it('tells five of many, the worst first, and that there are more', () => {
  const findings = runFindings([...Array(9).fill(run('kept', { until: 'noon' })), crashed], 'production')
  expect(findings).toHaveLength(6)
  expect(findings[0]).toMatchObject({ verdict: 'problem' })
  expect(findings[5]).toEqual({ verdict: 'warning', says: '5 more are open', hint: 'tasks runs' })
})

it('is content with runs that are over', () => {
  const over = [run('succeeded'), run('rolled-back'), run('failed-undone'), run('cancelled')]
  expect(runFindings(over, 'production')).toMatchObject([{ verdict: 'ok' }])
  expect(runFindings([], 'production')).toEqual([{ verdict: 'ok', says: 'none yet' }])
})

it('tells the locks of a run that has died together, and none that are held', () => {
  const lease = {
    run: '20260101-000000-abcd',
    task: 'deploy',
    user: 'ada',
    host: hostname(),
    pid: 2 ** 22 + 1,
    since: '2026-01-01T00:00:00.000Z',
    until: '2099-01-01T00:00:00.000Z',
  }
  const [finding, ...others] = lockFindings([
    { file: '/p/.tasks/locks/group%2Fweb.json', lease },
    { file: '/p/.tasks/locks/alarm.json', lease },
    { file: `/p/.tasks/locks/run%2F${lease.run}.json`, lease },
    { file: '/p/.tasks/locks/held.json', lease: { ...lease, pid: process.pid } },
    { file: '/p/.tasks/locks/kept.json', lease: { ...lease, kept: 'noon' } },
  ])
  expect(finding).toMatchObject({
    verdict: 'warning',
    says: expect.stringMatching(/^alarm, group\/web: locked by .*ended/),
  })
  expect(others).toEqual([])
  const error = new ViridianError('E_STATE_READ', 'a lock cannot be read', { hint: 'remove the file' })
  expect(lockFindings([{ file: 'x.json', lease: error }])).toMatchObject([
    { verdict: 'problem', hint: 'remove the file' },
  ])
})
