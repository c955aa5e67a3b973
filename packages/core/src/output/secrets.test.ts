import { PassThrough } from 'node:stream'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { Event } from '../events/event.ts'
import { Mask } from '../events/mask.ts'
import { jsonOutput } from './json.ts'
import type { Output } from './output.ts'
import { plainOutput } from './plain.ts'
import { terminalOutput } from './terminal.ts'
import { Screen } from './testing/screen.ts'

const secret = 'pass\'w"rd-42'
const at = '2026-01-01T00:00:00.000Z'
const colors = pc.createColors(true)
const detail = { verbose: true, quiet: false }
const esc = '\u001b'

/** As a host may say it. */
const forms = [
  secret,
  `'${secret.replaceAll("'", "'\\''")}'`,
  JSON.stringify({ secret }),
  encodeURIComponent(secret),
  Buffer.from(`user:${secret}`).toString('base64'),
  `pass${esc}[31m'w${esc}[0m"rd-42`,
  `pass${esc}]0;title\u0007'w"rd-42`,
  `pass\u009b1m'w"rd-42`,
]

function events(): Event[] {
  const hosts = ['a', 'b', 'c', 'd', 'e']
  const common = { key: '/t#0', task: 't', hosts: hosts.length, at }
  const of = (host: string) => ({ key: `/t#0/${host}`, parent: '/t#0', host })
  return [
    { kind: 'run.started', run: 'r', task: 't', stage: 's', at, args: { secret }, mode: 'run' },
    { kind: 'hosts.started', ...common },
    ...hosts.flatMap((host): Event[] => [
      { kind: 'host.started', ...of(host), at },
      { kind: 'host.command', ...of(host), command: `login ${secret}`, planned: false },
      ...forms.map((line): Event => ({ kind: 'host.output', ...of(host), stream: 'stderr', line })),
      {
        kind: 'host.finished',
        ...of(host),
        at,
        ms: 1,
        error: { code: 'E_X', message: `"${secret}" failed` },
      },
    ]),
    { kind: 'hosts.finished', ...common, ms: 1 },
    { kind: 'note', level: 'info', text: secret },
    {
      kind: 'run.finished',
      run: 'r',
      task: 't',
      status: 'failed',
      exitCode: 1,
      error: { code: 'E_X', message: forms.join('\n'), hint: secret, causes: [secret] },
      leftovers: [secret],
      at,
      ms: 1,
    },
  ]
}

function playMasked(output: Output): void {
  const mask = new Mask()
  mask.add(secret)
  for (const event of events()) output.event(mask.deep(event))
  output.close()
}

/** What nobody may read: the secret, or what of it a text in base64 gives away. */
const readable = /pass|w.{0,2}rd-42|cGFzcyd3|yZC00Mg|Bhc3MndyJyZC00/

describe('a secret', () => {
  it.each(['json', 'plain'] as const)('stands nowhere in %s output', (form) => {
    const stream = new PassThrough()
    playMasked(form === 'json' ? jsonOutput(stream) : plainOutput(stream, detail, colors))
    const text = String(stream.read())
    expect(text).toContain('[masked]')
    expect(text).not.toMatch(readable)
  })

  it.each([true, false])('stands nowhere on a terminal (verbose: %s)', async (verbose) => {
    const screen = new Screen(100, 30)
    playMasked(terminalOutput(screen, { verbose, quiet: false }, colors))
    await screen.settled()
    expect(screen.all.join('\n')).toContain('[masked]')
    expect([...screen.all, ...screen.writes].join('\n')).not.toMatch(readable)
  })
})
