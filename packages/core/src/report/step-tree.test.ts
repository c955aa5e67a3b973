import { describe, expect, it } from 'vitest'
import type { JournalRecord } from '../journal/record.ts'
import type { ReportedNode } from './reported-step.ts'
import { stepLines } from './step-lines.ts'
import { StepTree } from './step-tree.ts'

const began = '2026-11-27T10:00:00.000Z'
const at = (seconds: number): string => new Date(Date.parse(began) + seconds * 1000).toISOString()

function intended(
  seconds: number,
  key: string,
  title: string,
  more: Partial<Extract<JournalRecord, { kind: 'step.intended' }>> = {},
): JournalRecord {
  const common = { step: 's', version: 1, type: 'change', digest: '', input: null } as const
  return { kind: 'step.intended', at: at(seconds), key, title, ...common, ...more }
}

const done = (seconds: number, key: string): JournalRecord => ({
  kind: 'step.done',
  at: at(seconds),
  key,
  output: null,
})

function treeOf(records: readonly JournalRecord[]): readonly ReportedNode[] {
  const tree = new StepTree()
  for (const record of records) tree.add(record)
  return tree.roots
}

describe('the steps of a journal', () => {
  it('stand in what the journal tells of, also hooks, whose keys count nothing', () => {
    const within = [
      { key: '/deploy#0/before', title: 'before deploy' },
      { key: '/deploy#0/before/pin#0', title: 'pin web' },
    ]
    const records = [intended(1, '/deploy#0/before/pin#0/tag#0', 'tag web', { within })]
    expect(treeOf(records)).toMatchObject([
      {
        title: 'deploy',
        steps: [{ title: 'before deploy', steps: [{ title: 'pin web', steps: [{ title: 'tag web' }] }] }],
      },
    ])
  })

  it('of an earlier version stand in what their keys say', () => {
    const records = [
      intended(1, '/pin#0/aws/tag-group#0', 'tag web'),
      intended(2, '/bake#0/aws/image#0', 'bake'),
      intended(3, '/pin#0/aws/tag-group#1', 'tag api'),
    ]
    expect(treeOf(records)).toMatchObject([
      { title: 'pin', steps: [{ title: 'tag web' }, { title: 'tag api' }] },
      { title: 'bake', steps: [{ title: 'bake' }] },
    ])
  })

  it('count the processes that had them in hand, and the time of the last one', () => {
    const resumed: JournalRecord = {
      kind: 'run.resumed',
      at: at(100),
      by: { user: 'ada', host: 'laptop', pid: 1 },
    }
    const records = [
      intended(1, '/a#0', 'a'),
      done(2, '/a#0'),
      intended(3, '/b#0', 'b'),
      resumed,
      done(104, '/b#0'),
    ]
    expect(treeOf(records)).toMatchObject([
      { title: 'a', tries: 1, ms: 1000, state: 'done' },
      { title: 'b', tries: 2, ms: 4000, state: 'done' },
    ])
  })
})

describe('the lines of steps', () => {
  it('tell once what is looked at again and again, and a check of another kind by itself', () => {
    const looks = [0, 1, 2].flatMap((n) => {
      const key = `/keep#0/aws/see-healthy#${n}`
      return [intended(n, key, 'see web healthy', { type: 'check' }), done(n + 1, key)]
    })
    const other = [
      intended(4, '/keep#0/aws/test-healthy#0', 'see web healthy', { type: 'check' }),
      done(5, '/keep#0/aws/test-healthy#0'),
    ]
    expect(stepLines(treeOf([...looks, ...other]), began)).toEqual([
      '     +0ms     5.0s  ▸ keep',
      '     +0ms     1.0s    ✓ see web healthy  (3 times)',
      '    +4.0s     1.0s    ✓ see web healthy',
    ])
  })

  it('tell of a task on hosts how far it came on which, and each reason once', () => {
    const names = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5', 'web-6']
    const failed = (key: string): JournalRecord => ({
      ...{ kind: 'step.failed', at: at(3), key, made: 'no' },
      error: { code: 'E_COMMAND_FAILED', message: '"false" failed with exit code 1' },
    })
    const host = (name: string): JournalRecord => intended(1, `/restart#0/${name}`, name, { type: 'host' })
    const records: JournalRecord[] = [
      { kind: 'task.hosts', at: at(0), key: '/restart#0', hosts: names.map((name) => ({ name })) },
      ...names.slice(0, 5).map(host),
      ...[done(2, '/restart#0/web-1'), done(2, '/restart#0/web-2')],
      ...[failed('/restart#0/web-3'), failed('/restart#0/web-4')],
    ]
    expect(stepLines(treeOf(records), began).map((line) => line.slice(20))).toEqual([
      '▸ restart',
      '  ✗ 2 of 6 hosts done, 2 failed, 2 not done',
      '    done: web-1, web-2',
      '    not ended: web-5',
      '    not begun: web-6',
      '    ✗ web-3, web-4 · 2 hosts: "false" failed with exit code 1',
    ])
  })
})
