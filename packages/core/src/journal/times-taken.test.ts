import { describe, expect, it } from 'vitest'
import type { JournalRecord, RecordOf } from './record.ts'
import { TimesTaken } from './times-taken.ts'

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString()

const started: RecordOf<'run.started'> = {
  kind: 'run.started',
  at: at(0),
  format: 1,
  run: '20260101-000000-aaaa',
  task: 'deploy',
  stage: 'local',
  args: {},
  plugins: [],
  locks: [],
  by: { user: 'u', host: 'h', pid: 1 },
}
const finished = (seconds: number): JournalRecord => ({
  kind: 'run.finished',
  at: at(seconds),
  status: 'succeeded',
  exitCode: 0,
  leftovers: [],
})
const intended = (
  seconds: number,
  key: string,
  more: Partial<RecordOf<'step.intended'>> = {},
): JournalRecord => ({
  kind: 'step.intended',
  at: at(seconds),
  key,
  step: 's',
  version: 1,
  type: 'change',
  title: key,
  digest: '',
  input: null,
  ...more,
})
const done = (seconds: number, key: string): JournalRecord => ({
  kind: 'step.done',
  at: at(seconds),
  key,
  output: null,
})
const host = (name: string) => ({ name, address: name, user: 'u', port: 22, labels: {} })

describe('what a run took', () => {
  it('is told of itself, of its steps, and of the moves around them from the first step to the last', () => {
    const within = [{ key: '/attach#0', title: 'attach' }]
    const times = new TimesTaken([
      started,
      intended(2, '/a#0'),
      done(5, '/a#0'),
      intended(6, '/attach#0/b#0', { within }),
      done(7, '/attach#0/b#0'),
      intended(8, '/attach#0/b#1'),
      done(16, '/attach#0/b#1'),
      intended(17, '/never#0'),
      finished(20),
    ])
    expect(times.whole).toBe(20_000)
    expect(
      ['/a#0', '/attach#0', '/attach#0/b#1', '/never#0', '/other#0'].map((key) => times.of(key)),
    ).toEqual([3000, 10_000, 8000, undefined, undefined])
    expect(times.endOf('/attach#0')).toBe(16_000)
    expect(times.endOf('/never#0')).toBeUndefined()
  })

  it('is that of the same host, and of one that was not there the median of all', () => {
    const ends = [
      ['one', 4],
      ['three', 5],
      ['two', 9],
    ] as const
    const times = new TimesTaken([
      started,
      { kind: 'task.hosts', at: at(1), key: '/up#0', hosts: ends.map(([name]) => host(name)) },
      ...ends.map(([name]) => intended(2, `/up#0/${name}`, { type: 'host' })),
      ...ends.map(([name, end]) => done(end, `/up#0/${name}`)),
      finished(10),
    ])
    expect(['/up#0', '/up#0/two', '/up#0/four'].map((key) => times.of(key))).toEqual([8000, 7000, 3000])
  })

  it('is not what lay between two processes of a run, nor what came behind', () => {
    const times = new TimesTaken([
      started,
      intended(1, '/a#0'),
      done(2, '/a#0'),
      intended(3, '/b#0'),
      { kind: 'run.resumed', at: at(1000), by: started.by },
      done(1001, '/b#0'),
      finished(1002),
    ])
    expect([times.whole, times.of('/a#0'), times.of('/b#0')]).toEqual([undefined, 1000, undefined])
  })
})
