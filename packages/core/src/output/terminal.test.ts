import pc from 'picocolors'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Event } from '../events/event.ts'
import type { JournalRecord } from '../journal/record.ts'
import { TimesTaken } from '../journal/times-taken.ts'
import type { Output } from './output.ts'
import { terminalOutput } from './terminal.ts'
import { Screen } from './testing/screen.ts'

const at = '2026-01-01T00:00:00.000Z'
const colors = pc.createColors(true)
const detail = { verbose: false, quiet: false }

beforeEach(() => {
  // The screen's own timers go on.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const started = (hosts: number): Event => ({ kind: 'hosts.started', key: '/up#0', task: 'up', hosts, at })
const finished = (hosts: number): Event => ({
  kind: 'hosts.finished',
  key: '/up#0',
  task: 'up',
  hosts,
  at,
  ms: 2000,
})
const of = (host: string) => ({ key: `/up#0/${host}`, parent: '/up#0', host })
const begin = (host: string): Event => ({ kind: 'host.started', ...of(host), at })
const say = (host: string, line: string): Event => ({
  kind: 'host.output',
  ...of(host),
  stream: 'stdout',
  line,
})
const end = (host: string, message?: string): Event => ({
  kind: 'host.finished',
  ...of(host),
  at,
  ms: 1,
  ...(message !== undefined && { error: { code: 'E_X', message } }),
})
const note = (text: string): Event => ({ kind: 'note', level: 'info', text })

const esc = '\u001b'
const hostile = [
  `${esc}[2J${esc}[Hcleared`,
  `${esc}]0;a title${'\u0007'}titled`,
  `${esc}[5A${esc}[Kmoved`,
  `\u009b3Amoved by eight bits`,
  'over\rwritten\u0007\u0008\u0008',
  `${esc}[?1049halternate ${esc}c reset ${esc}P+q544e${esc}\\`,
  '漢字'.repeat(150),
  '👨‍👩‍👧‍👦🇩🇪❤️'.repeat(80),
  `${'e\u0301'.repeat(300)}`,
  '\u202eright to left',
  `${'x'.repeat(5000)}`,
  '\ufffd\ufffd broken \t tab',
]

/** Fifty of 500 hosts at a time, each of which says hostile things; notes come between. Gives the notes. */
async function play(
  output: Output,
  screen: Screen,
  between: (step: number) => Promise<void> | void,
): Promise<string[]> {
  const notes: string[] = []
  output.event(started(500))
  for (let step = 0; step < 10; step += 1) {
    const hosts = Array.from({ length: 50 }, (_, index) => `web-${step * 50 + index}`)
    for (const host of hosts) output.event(begin(host))
    for (const line of hostile) {
      for (const host of hosts) output.event(say(host, line))
      vi.advanceTimersByTime(60)
      await screen.settled()
    }
    notes.push(`· note ${step} ${'long '.repeat(20)}end`)
    output.event(note(`note ${step} ${'long '.repeat(20)}end`))
    await between(step)
    for (const host of hosts) output.event(end(host, host === 'web-77' ? `${host}: "x" failed` : undefined))
    vi.advanceTimersByTime(100)
    await screen.settled()
  }
  return notes
}

const spinner = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/u

describe.each([
  [20, 6],
  [80, 24],
  [200, 50],
])('a terminal of %i columns and %i rows', (columns, rows) => {
  it('shows how far many hosts are, and keeps each line once', async () => {
    const screen = new Screen(columns, rows)
    const output = terminalOutput(screen, detail, colors)
    const notes = await play(output, screen, () => {
      const counts = screen.shown.filter((line) => spinner.test(line))
      expect(counts).toHaveLength(1)
      expect(counts[0]).toContain('/500')
      expect(screen.shown.length).toBeLessThan(rows)
    })
    output.event(finished(500))
    output.close()
    await screen.settled()
    const kept = screen.all.filter((line) => line.startsWith('· note'))
    expect(kept).toEqual(notes)
    expect(screen.all.filter((line) => spinner.test(line))).toEqual([])
    expect(screen.all.filter((line) => /499 of 500 hosts done, 1 failed/.test(line))).toHaveLength(1)
    expect(screen.all.slice(0, 10)).toEqual(notes)
    expect(screen.disturbed).toEqual([])
  })

  it('is drawn ten times a second at most, each time in one piece', async () => {
    const screen = new Screen(columns, rows)
    const output = terminalOutput(screen, detail, colors)
    output.event(started(500))
    for (let step = 0; step < 100; step += 1) {
      output.event(begin(`web-${step}`))
      output.event(say(`web-${step}`, 'a line'))
      output.event(note(`note ${step}`))
      output.event(end(`web-${step}`))
      vi.advanceTimersByTime(10)
    }
    output.close()
    await screen.settled()
    // A second has passed.
    expect(screen.writes.length).toBeLessThanOrEqual(12)
    for (const text of screen.writes) {
      expect(text.startsWith(`${esc}[?2026h`) && text.endsWith(`${esc}[?2026l`)).toBe(true)
      const ups = [...text.matchAll(new RegExp(`${esc}\\[(\\d+)A`, 'g'))].map(([, count]) => Number(count))
      expect(ups.length).toBeLessThanOrEqual(1)
      for (const up of ups) expect(up).toBeLessThan(rows)
    }
    expect(screen.all.filter((line) => /note \d/.test(line))).toHaveLength(100)
  })
})

describe('what goes on without a step or a host of its own', () => {
  const step = { key: '/open#0', step: 'open', title: 'open the stage' }
  const begun: Event = { kind: 'step.started', ...step, type: 'move', at }

  it('is told after a moment of silence, with how long it has taken', async () => {
    const screen = new Screen(80, 24)
    const output = terminalOutput(screen, detail, colors)
    const live = async (afterMs: number): Promise<string[]> => {
      vi.advanceTimersByTime(afterMs)
      await screen.settled()
      return screen.shown.filter((line) => spinner.test(line)).map((line) => line.slice(2))
    }
    output.event(begun)
    expect(await live(400)).toEqual([])
    expect(await live(2000)).toEqual(['open the stage 2.4s'])
    output.event({
      kind: 'step.started',
      key: '/open#0/a#0',
      step: 'a',
      title: 'ask',
      type: 'change',
      parent: step.key,
      at,
    })
    expect(await live(1000)).toEqual(['ask 1.0s'])
    output.event({ kind: 'undo.started', steps: 3, at })
    output.event({
      kind: 'step.failed',
      key: '/open#0/a#0',
      step: 'a',
      title: 'ask',
      error: { code: 'E_X', message: 'no' },
      at,
      ms: 1,
    })
    output.event({ kind: 'undo.step', key: '/b#0', title: 'b', outcome: 'undone', at, ms: 1 })
    expect(await live(3000)).toEqual(['put back 1 of 3 3.0s'])
    output.close()
    await screen.settled()
    expect(await live(0)).toEqual([])
  })
})

describe('what an earlier run took', () => {
  const fan = started(5)
  const step = { key: '/bake#0', step: 'bake', title: 'bake i-2' }
  const records = (ms: Readonly<Record<string, number>>, whole: number): TimesTaken => {
    const later = (after: number): string => new Date(Date.parse(at) + after).toISOString()
    const common = { step: 's', version: 1, type: 'change', digest: '', input: null } as const
    return new TimesTaken([
      { kind: 'role.assigned', at, role: 'r', hosts: [] },
      { kind: 'task.hosts', at, key: '/up#0', hosts: [] },
      ...Object.entries(ms).flatMap(([key, took]): JournalRecord[] => [
        { kind: 'step.intended', at, key, title: key, ...common },
        { kind: 'step.done', at: later(took), key, output: null },
      ]),
      { kind: 'run.finished', at: later(whole), status: 'succeeded', exitCode: 0, leftovers: [] },
    ])
  }
  const plain = { columns: 80, mode: 'run', task: 'deploy' } as const
  async function playing(
    times: TimesTaken | undefined,
    bent: { columns?: number; mode?: 'run' | 'rollback'; task?: string } = {},
  ) {
    const { columns, mode, task } = { ...plain, ...bent }
    const screen = new Screen(columns, 24)
    let asked = 0
    const output = terminalOutput(screen, detail, colors, async () => {
      asked += 1
      return times
    })
    const live = async (afterMs: number): Promise<string[]> => {
      vi.advanceTimersByTime(afterMs)
      await Promise.resolve()
      vi.advanceTimersByTime(100)
      await screen.settled()
      return screen.shown.slice(2).map((line) => line.replace(spinner, '').trim())
    }
    const run = { run: '20260101-000000-aaaa', stage: 'local', args: {} }
    output.event({ kind: 'run.started', ...run, task, mode, at })
    return { output, live, asked: () => asked }
  }
  const take = (given = step): Event => ({ kind: 'step.started', ...given, type: 'change', at })

  it('is looked up once, of a run that takes longer than a second', async () => {
    const { output, live, asked } = await playing(records({ '/bake#0': 40_000 }, 90_000))
    output.event(take())
    expect(await live(700)).toEqual(['bake i-2 0.8s'])
    expect(asked()).toBe(0)
    await live(2000)
    expect(await live(9000)).toEqual(['bake i-2 12.0s of about 40s', 'deploy 12.0s of about 1m 30s'])
    expect(asked()).toBe(1)
    output.close()
  })

  it('is shown as unusual where it is by far exceeded, and not at all where nothing is known', async () => {
    const { output, live } = await playing(records({ '/bake#0': 40_000 }, 900_000))
    output.event(take())
    output.event(take({ key: '/new#0', step: 'new', title: 'new' }))
    await live(1000)
    expect(await live(62_000)).toEqual([
      'bake i-2 1m 03s of about 40s',
      'new 1m 03s',
      'deploy 1m 03s of about 15m 00s',
    ])
    expect((await live(3000))[0]).toBe('bake i-2 1m 06s, longer than usual')
    output.close()
    const unknown = await playing(undefined)
    unknown.output.event(take())
    await unknown.live(1000)
    expect(await unknown.live(3800)).toEqual(['bake i-2 5.0s'])
    unknown.output.close()
  })

  it('is of the run what is left of it behind the last step that both have done', async () => {
    const { output, live } = await playing(
      records({ '/beside#0': 500, '/early#0': 2000, '/bake#0': 40_000 }, 90_000),
    )
    await live(1000)
    const end = { step: 's', title: 'early', ms: 1, outcome: 'done', at } as const
    await live(17_700)
    output.event({ kind: 'step.finished', key: '/new#0', ...end })
    expect((await live(1000)).at(-1)).toMatch(/^deploy .* of about 1m 30s$/)
    output.event({ kind: 'step.finished', key: '/early#0', ...end })
    output.event(take())
    await live(9900)
    // In the earlier run it was done before the other.
    output.event({ kind: 'step.finished', key: '/beside#0', ...end })
    const lines = await live(1000)
    expect(lines.at(-1)).toBe('deploy 31.1s of about 1m 50s')
    output.event({ kind: 'undo.started', steps: 1, at })
    output.event({ kind: 'step.failed', ...step, error: { code: 'E_X', message: 'no' }, at, ms: 1 })
    expect((await live(1000)).join()).not.toContain('about')
    output.close()
  })

  it('leaves a long title room, and room for itself', async () => {
    const { output, live } = await playing(records({ '/bake#0': 40_000 }, 90_000), { columns: 60 })
    output.event(take({ ...step, title: `suspend ${'AZRebalance, '.repeat(9)}` }))
    await live(1000)
    const [line = ''] = await live(8800)
    expect(line).toMatch(/^suspend AZRebalance, .*… 10\.0s of about 40s$/)
    expect(line.length).toBeLessThan(60)
    output.close()
  })

  it.each([
    ['deploy', ['deploy 10.0s of about 1m 30s']],
    ['up', []],
  ])('is told of a task on many hosts, and of the run where that is more: %s', async (task, run) => {
    const { output, live } = await playing(records({ '/up#0/web-1': 40_000 }, 90_000), { task })
    output.event(fan)
    await live(1000)
    const [line, ...others] = await live(8800)
    expect(line).toMatch(/^up .*10\.0s of about 40s$/)
    expect(others).toEqual(run)
    output.close()
  })

  it('is told of each of a few hosts', async () => {
    const { output, live } = await playing(records({ '/up#0/web-1': 40_000 }, 90_000))
    output.event(started(2))
    output.event(begin('web-1'))
    output.event(begin('web-2'))
    await live(1000)
    const hosts = (await live(8800)).slice(0, 2)
    expect(hosts).toEqual(['web-1 10.0s of about 40s', 'web-2 10.0s of about 40s'])
    output.close()
  })

  it('says nothing of a run that is taken back', async () => {
    const { output, live } = await playing(records({ '/bake#0': 40_000 }, 90_000), { mode: 'rollback' })
    await live(1000)
    expect(await live(3000)).toEqual([])
    output.close()
  })
})

describe('a terminal that changes its size', () => {
  it.each([
    [80, 24, 40, 24, 0],
    // What the terminal itself has pushed out of reach stays there: the frame of that moment.
    [80, 24, 20, 6, 1],
    [200, 50, 90, 30, 0],
    [40, 10, 120, 40, 0],
  ])('from %i×%i to %i×%i loses no line and repeats none', async (columns, rows, width, height, traces) => {
    const screen = new Screen(columns, rows)
    const output = terminalOutput(screen, detail, colors)
    const notes = await play(output, screen, (step) => {
      if (step === 4) screen.resize(width, height)
    })
    output.event(finished(500))
    output.close()
    await screen.settled()
    expect(screen.all.filter((line) => line.startsWith('· note'))).toEqual(notes)
    expect(screen.all.filter((line) => spinner.test(line))).toHaveLength(traces)
  })
})

describe('what hosts say', () => {
  const shownFor = async (events: readonly Event[], details = detail): Promise<string[]> => {
    const screen = new Screen(80, 24)
    const output = terminalOutput(screen, details, colors)
    for (const event of events) output.event(event)
    output.close()
    await screen.settled()
    return screen.all
  }
  const web = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, index) => `web-${from + index}`)
  const all = (hosts: readonly string[], lines: (host: string) => readonly string[]): Event[] => [
    started(hosts.length),
    ...hosts.flatMap((host) => [
      begin(host),
      ...lines(host).map((line) => say(host, line)),
      end(host, lines(host).at(-1) === 'broken' ? `${host}: "job" failed with exit code 1` : undefined),
    ]),
    finished(hosts.length),
  ]

  it('comes line by line when they are few', async () => {
    expect(await shownFor(all(web(1, 3), (host) => [`I am ${host}`]))).toEqual([
      'web-1 │ I am web-1',
      'web-2 │ I am web-2',
      'web-3 │ I am web-3',
    ])
  })

  it('is told once when they are many and say the same, and who differs', async () => {
    const said = await shownFor(all(web(1, 48), (host) => [host === 'web-7' ? '5.10' : '6.1']))
    expect(said).toEqual([
      '✓ 48 hosts done  47 said the same, web-7 differs · 2.0s',
      '  web-[1-6,8-48] · 47 hosts │ 6.1',
      '  web-7                     │ 5.10',
    ])
  })

  it('is told as a difference to what most said, and failures last', async () => {
    const lines = (host: string): string[] => {
      const own = host === 'web-7' ? 'seven' : 'same'
      return ['one', 'two', own, 'four', 'five', ...(host > 'web-8' ? ['broken'] : [])]
    }
    expect(await shownFor(all(web(1, 9), lines))).toEqual([
      '✗ 8 of 9 hosts done, 1 failed  7 said the same, web-7 differs · 2.0s',
      '  web-[1-6,8] · 7 hosts',
      ...['one', 'two', 'same', 'four', 'five'].map((line) => `    │ ${line}`),
      '  web-7 differs',
      '    - same',
      '    + seven',
      '  ✗ web-9: "job" failed with exit code 1',
      ...['one', 'two', 'same', 'four', 'five', 'broken'].map((line) => `    │ ${line}`),
    ])
  })

  it('is cut in its middle when it is long, and compared as a whole', async () => {
    const numbers = (host: string): string[] =>
      Array.from({ length: 1000 }, (_, index) => (host === 'web-2' && index === 500 ? 'other' : `${index}`))
    const said = await shownFor(all(web(1, 5), numbers))
    expect(said[0]).toContain('4 said the same, web-2 differs')
    expect(said).toContain('    ⋮ 980 lines more: --verbose shows all')
    expect(said).toContain('    │ 999')
    expect(said).toHaveLength(1 + 2 * 22)
    expect((await shownFor(all(web(1, 5), numbers), { verbose: true, quiet: false })).length).toBe(5001)
  })

  it('is told in part when the run ends at once', async () => {
    const events = all(web(1, 10), () => ['here']).slice(0, 13)
    expect(await shownFor(events)).toEqual([
      '– 4 of 10 hosts done, 6 not done  all said the same',
      '  web-[1-4] · 4 hosts │ here',
    ])
  })
})
