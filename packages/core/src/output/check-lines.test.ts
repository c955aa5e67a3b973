import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { CheckLine } from '../doctor/report.ts'
import { checkLines, checkSummary } from './check-lines.ts'

const view = { columns: undefined, verbose: false, quiet: false, colors: pc.createColors(false) }
const line = (verdict: CheckLine['verdict'], says: string, more: Partial<CheckLine> = {}): CheckLine => ({
  kind: 'check',
  check: 'ssh/x',
  group: 'SSH',
  verdict,
  says,
  hint: null,
  place: null,
  error: null,
  ms: 1,
  ...more,
})
const well = [line('ok', 'ssh_config'), line('ok', '3 known host keys')]
const ill = line('problem', 'no keyword Hots', {
  hint: 'did you mean Host?',
  place: { file: '/etc/c', line: 3 },
})

describe('a group of findings', () => {
  it('that is well is one line, as long as the terminal', () => {
    expect(checkLines('SSH', well, view)).toEqual(['✓ SSH           ssh_config · 3 known host keys'])
    expect(checkLines('SSH', well, { ...view, columns: 24 })).toEqual(['✓ SSH           ssh_con…'])
    expect(checkLines('SSH', well, { ...view, quiet: true })).toEqual([])
  })

  it('that is not tells what is wrong, where, and what to do', () => {
    const error = { code: 'E_SSH_CONFIG', message: 'no keyword Hots' }
    expect(checkLines('SSH', [...well, { ...ill, error }], view)).toEqual([
      '✗ SSH  the other 2 are well',
      '  ✗ E_SSH_CONFIG: no keyword Hots  /etc/c:3',
      '    hint: did you mean Host?',
    ])
    expect(checkLines('SSH', [...well, ill], { ...view, verbose: true })).toHaveLength(5)
  })

  it('folds what hosts have in common', () => {
    const on = (host: string) =>
      line('warning', `${host}: it has no tar`, { place: { host }, hint: 'install tar on it' })
    expect(checkLines('Hosts', ['web-1', 'web-2', 'web-3'].map(on), view)).toEqual([
      '! Hosts',
      '  ! web-[1-3]: it has no tar',
      '    hint: install tar on it',
    ])
    const answers = ['web-1', 'web-2', 'web-3'].map((host) => line('ok', 'answers', { place: { host } }))
    expect(checkLines('Hosts', answers, view)).toEqual(['✓ Hosts         web-[1-3]: answers'])
  })

  it('tells a hint once that several in a row have', () => {
    const lost = [7, 8].map((port) => line('problem', `no answer on ${port}`, { hint: 'see that it is up' }))
    expect(checkLines('Hosts', lost, view)).toEqual([
      '✗ Hosts',
      '  ✗ no answer on 7',
      '  ✗ no answer on 8',
      '    hint: see that it is up',
    ])
  })

  it('names a call of AWS once', () => {
    const denied = line('problem', 'sts:Get: no', { place: { call: 'sts:Get', requestId: 'r-1' } })
    expect(checkLines('AWS', [denied], view)).toEqual(['✗ AWS', '  ✗ sts:Get: no  request r-1'])
  })

  it('shows what a screen must not obey', () => {
    expect(checkLines('SSH', [line('ok', '\u001b[2Jgone\u0007')], view).join()).not.toMatch(/\p{Cc}/u)
  })

  it('that could not be looked at stands at the end, with all others for the same reason', () => {
    const skipped = (group: string) =>
      line('skipped', 'stage "local" is not open', { group, hint: 'a run opens it' })
    expect(checkLines('SSH', [skipped('SSH')], view)).toEqual([])
    expect(checkSummary([skipped('AWS'), skipped('SSH'), ...well], 20, view)).toEqual([
      '– not looked at: AWS, SSH; stage "local" is not open: a run opens it',
      '✓ nothing is wrong  20ms',
    ])
  })
})

it('counts what is wrong at the end', () => {
  expect(checkSummary([ill, ill, line('warning', 'x')], 20, view)).toEqual(['✗ 2 problems, 1 warning  20ms'])
  expect(checkSummary([line('warning', 'x')], 20, view)).toEqual(['✓ nothing is wrong, 1 warning  20ms'])
})
