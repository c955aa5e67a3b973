import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { historyOf } from '../journal/history.ts'
import type { JournalRecord, RecordOf } from '../journal/record.ts'
import type { Lease } from './lease.ts'
import { remainsOf, stateOf } from './run-state.ts'

const at = '2026-11-23T15:42:33.000Z'
const gone = 2 ** 22 + 1
const started = (pid: number, host = hostname()): JournalRecord => ({
  kind: 'run.started',
  at,
  format: 1,
  run: '20261123-154233-k3f9',
  task: 'deploy',
  stage: 'local',
  args: {},
  plugins: [],
  locks: [],
  config: '',
  by: { user: 'ada', host, pid },
})
const made: JournalRecord[] = [
  {
    kind: 'step.intended',
    key: '/deploy#0/make#0',
    at,
    step: 'files/make',
    version: 1,
    type: 'change',
    title: 'make green',
    digest: '',
    input: null,
  },
]
const ended = (status: RecordOf<'run.finished'>['status'], exitCode: number, leftovers: string[] = []) =>
  ({ kind: 'run.finished', at, status, exitCode, leftovers }) as const
const undoing = { kind: 'undo.started', at } as const
const committed = { kind: 'committed', at } as const
const kept = { kind: 'kept', at, until: at } as const
const lease: Lease = { run: 'r', task: 't', user: 'ada', host: 'b', pid: 1, since: at, until: at }

function told(records: readonly JournalRecord[], holder?: Lease) {
  const history = historyOf(records)
  if (!history) throw new Error('no beginning')
  const state = stateOf(history, holder)
  return { state, ...remainsOf(history, state) }
}

describe('the state of a run', () => {
  const rollback = 'tasks rollback 20261123-154233-k3f9'
  const resume = 'tasks resume 20261123-154233-k3f9'

  it.each([
    ['a process that lives', [started(process.pid)], undefined, { state: 'running', leftovers: [] }],
    [
      'a lock that is held, whoever began it',
      [started(gone), ...made],
      lease,
      { state: 'running', leftovers: [] },
    ],
    [
      'a process that is gone',
      [started(gone), ...made],
      undefined,
      { state: 'crashed', leftovers: ['make green'], remedy: rollback },
    ],
    ['one that had changed nothing', [started(gone)], undefined, { state: 'crashed', leftovers: [] }],
    [
      'one on another machine that let its lock lapse',
      [started(process.pid, 'b')],
      undefined,
      { state: 'crashed', leftovers: [] },
    ],
    [
      'one behind its commit',
      [started(gone), ...made, committed],
      undefined,
      { state: 'crashed', leftovers: ['what comes behind its commit'], remedy: resume },
    ],
    [
      'a good end',
      [started(gone), ...made, committed, ended('succeeded', 0)],
      undefined,
      { state: 'succeeded', leftovers: [] },
    ],
    [
      'a failure that changed nothing',
      [started(gone), ended('failed', 1)],
      undefined,
      { state: 'failed', leftovers: [] },
    ],
    [
      'a failure that was undone',
      [started(gone), ...made, undoing, ended('failed', 1)],
      undefined,
      { state: 'failed-undone', leftovers: [] },
    ],
    [
      'a failure that left something',
      [started(gone), ...made, undoing, ended('failed', 3, ['x'])],
      undefined,
      { state: 'failed-dirty', leftovers: ['x'], remedy: rollback },
    ],
    [
      'a failure behind the commit',
      [started(gone), committed, ended('failed', 3, ['x'])],
      undefined,
      { state: 'failed-dirty', leftovers: ['x'], remedy: resume },
    ],
    [
      'an interruption',
      [started(gone), undoing, ended('cancelled', 130)],
      undefined,
      { state: 'cancelled', leftovers: [] },
    ],
    [
      'a rollback',
      [started(gone), ...made, undoing, ended('succeeded', 0)],
      undefined,
      { state: 'taken-back', leftovers: [] },
    ],
    [
      'a way back that is kept',
      [started(gone), kept, ended('kept', 0)],
      { ...lease, kept: at },
      { state: 'kept', leftovers: [] },
    ],
    [
      'one resumed after its failure',
      [started(gone), committed, ended('failed', 3, ['x'])],
      lease,
      { state: 'running', leftovers: [] },
    ],
  ] as const)('of %s', (_, records, holder, expected) => {
    expect(told(records, holder)).toEqual(expected)
  })
})
