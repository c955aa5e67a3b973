import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { Event } from '../events/event.ts'
import { Lines } from './lines.ts'

const at = '2026-01-01T00:00:00.000Z'
const plain = pc.createColors(false)
const linesOf = (events: readonly Event[], detail = { verbose: false, quiet: false }): string[] => {
  const lines = new Lines(detail, plain)
  return events.flatMap((event) => lines.of(event))
}

const head = (key: string, title: string, parent?: string): Event => ({
  kind: 'step.started',
  key,
  step: key.slice(1, -2),
  type: 'move',
  title,
  at,
  ...(parent !== undefined && { parent }),
})
const done = (key: string, title: string, parent?: string): Event => ({
  kind: 'step.finished',
  key,
  step: 'test/step',
  title,
  at,
  ms: 1234,
  outcome: 'done',
  ...(parent !== undefined && { parent }),
})
const finished = (over: Partial<Extract<Event, { kind: 'run.finished' }>>): Event => ({
  kind: 'run.finished',
  run: 'r1',
  task: 'deploy',
  status: 'succeeded',
  exitCode: 0,
  leftovers: [],
  at,
  ms: 5000,
  ...over,
})

describe('lines', () => {
  it('show a command of several lines in one', () => {
    const title = '$ \n  make\n  make install\n'
    const lines = linesOf([
      head('/a#0', title),
      done('/a#0', title),
      head('/b#0', 'b'),
      done('/b#0', 'b'),
      finished({}),
    ])
    expect(lines.slice(0, 2)).toEqual(['▸ $ ⏎ make ⏎ make install', '✓ $ ⏎ make ⏎ make install  1.2s'])
    expect(lines.find((line) => line.includes('█'))).toMatch(/^ {2}\$ ⏎ make ⏎ make install {2}█/)
  })

  it('stand below their move, and name it when another one has begun since', () => {
    expect(
      linesOf([
        head('/bake#0', 'bake i-1'),
        done('/bake#0/create#0', 'create an image', '/bake#0'),
        head('/attach#0', 'attach 3'),
        done('/bake#0/see#0', 'see it available', '/bake#0'),
        done('/attach#0/call#0', 'call', '/attach#0'),
        done('/attach#0', 'attach 3'),
        done('/bake#0', 'bake i-1'),
      ]),
    ).toEqual([
      '▸ bake i-1',
      '  ✓ create an image  1.2s',
      '▸ attach 3',
      '  bake › ✓ see it available  1.2s',
      '  ✓ call  1.2s',
      '✓ attach 3  1.2s',
      '✓ bake i-1  1.2s',
    ])
  })

  it('end with the cause of a failure, where it was, why, and what to do', () => {
    const error = {
      code: 'E_AWS_DENIED',
      message: 'not allowed\n  to do it',
      hint: 'allow it',
      place: { call: 'ec2:RunInstances', requestId: 'abc' },
      causes: ['AccessDenied'],
    }
    const lines = linesOf([
      finished({
        status: 'failed',
        exitCode: 3,
        error,
        leftovers: ['instance i-1'],
        remedy: 'tasks rollback r1',
        stays: ['image/ami-1'],
      }),
    ])
    expect(lines.slice(1)).toEqual([
      '✗ deploy failed after 5.0s, and something is left: · run r1',
      '  - instance i-1',
      '  finish it with: tasks rollback r1',
      '  or end it as it is: tasks leave r1',
      '  made by it, and to stay: image ami-1',
      '',
      'E_AWS_DENIED: not allowed',
      '  to do it',
      '  at call ec2:RunInstances, request abc',
      '  caused by AccessDenied',
      'hint: allow it',
    ])
  })

  it('draw the time line of the steps at the top', () => {
    const second = <Step extends Event>(step: Step, seconds: number): Step => ({
      ...step,
      at: new Date(Date.parse(at) + seconds * 1000).toISOString(),
    })
    const lines = linesOf([
      head('/a#0', 'first'),
      second(done('/a#0', 'first'), 1),
      second(head('/b#0', 'then'), 1),
      second(done('/b#0', 'then'), 4),
      finished({}),
    ])
    const [first, then] = lines.slice(lines.indexOf('Time line') + 1)
    expect(first).toBe(`  first  ${'█'.repeat(8)}${' '.repeat(24)}     1.0s`)
    expect(then).toBe(`  then   ${' '.repeat(8)}${'█'.repeat(24)}     3.0s`)
  })

  it('are few when asked to be quiet, and list a planned command once for all hosts', () => {
    const command = (host: string): Event => ({
      kind: 'host.command',
      host,
      command: 'uptime',
      planned: true,
      key: `/t#0/${host}`,
      parent: '/t#0',
    })
    expect(linesOf([head('/t#0', 't'), command('a'), command('b')])).toEqual(['▸ t', '  $ uptime'])
    expect(linesOf([head('/t#0', 't'), command('a'), finished({})], { verbose: false, quiet: true })).toEqual(
      ['', '✓ deploy done in 5.0s · run r1'],
    )
  })

  it('say in a plan which hosts, and what its approver wants to know', () => {
    const hosts: Event = {
      kind: 'hosts.started',
      key: '/t#0',
      task: 't',
      hosts: 2,
      names: ['a', 'b'],
      at: '',
    }
    const planned: Event = {
      ...{ kind: 'step.finished', key: '/m#1', step: 'm', title: 'move 2', at: '', ms: 1 },
      ...{ outcome: 'planned', details: ['i-1, i-2'] },
    }
    expect(linesOf([head('/t#0', 't'), hosts, planned])).toEqual([
      '▸ t',
      '  on 2 hosts: a, b',
      '○ move 2',
      '  i-1, i-2',
    ])
  })

  it('have a line for each step that an undo looks at', () => {
    const undo = (outcome: 'undone' | 'left-alone' | 'not-made', note?: string): Event => ({
      ...{ kind: 'undo.step', key: '/a#0', title: 'make a', at: '', ms: 1, outcome },
      ...(note !== undefined && { note }),
    })
    const begun = (steps: number): Event => ({ kind: 'undo.started', steps, at: '' })
    expect(
      linesOf([begun(3), undo('undone'), undo('left-alone', 'raised'), undo('not-made', 'never')]),
    ).toEqual([
      'Putting everything back (3 steps)',
      '  ↺ undo: make a  1ms',
      '  ~ undo: make a (left alone: raised)  1ms',
      '  – undo: make a (never)  1ms',
    ])
    expect(linesOf([begun(1)])).toEqual(['Putting everything back (1 step)'])
  })

  it('say of a plan that failed that nothing was changed', () => {
    const started: Event = {
      kind: 'run.started',
      run: 'r1',
      task: 'deploy',
      stage: 's',
      at: '',
      args: {},
      mode: 'plan',
    }
    expect(linesOf([started, finished({ status: 'failed', exitCode: 1 })]).at(-1)).toBe(
      '✗ deploy failed after 5.0s, nothing was changed · run r1',
    )
  })

  it('say of a failed run where commands did what stays', () => {
    const endOf = (lasting?: { hosts: string[]; here: boolean }): string | undefined =>
      linesOf([finished({ status: 'failed', exitCode: 1, ...(lasting && { lasting }) })]).at(-1)
    const end = '✗ deploy failed after 5.0s, nothing of it is left'
    expect(endOf()).toBe(`${end} · run r1`)
    expect(endOf({ hosts: [], here: true })).toBe(`${end} but what commands did here · run r1`)
    expect(endOf({ hosts: ['web-1', 'web-2', 'web-3'], here: false })).toBe(
      `${end} but what commands did on web-[1-3] · run r1`,
    )
  })
})
