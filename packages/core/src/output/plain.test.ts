import { PassThrough } from 'node:stream'
import pc from 'picocolors'
import { expect, it } from 'vitest'
import type { Event } from '../events/event.ts'
import { jsonOutput } from './json.ts'
import { plainOutput } from './plain.ts'

const at = '2026-01-01T00:00:00.000Z'
const hosts = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5']
const common = { key: '/t#0', task: 't', hosts: hosts.length, at }
const said: Event[] = [
  { kind: 'hosts.started', ...common },
  ...hosts.flatMap((host): Event[] => {
    const of = { key: `/t#0/${host}`, parent: '/t#0', host }
    return [
      { kind: 'host.started', ...of, at },
      { kind: 'host.output', ...of, stream: 'stdout', line: host === 'web-2' ? '\u001b[2Jtwo' : 'here' },
      { kind: 'host.finished', ...of, at, ms: 3 },
    ]
  }),
  { kind: 'hosts.finished', ...common, ms: 1234 },
]

it('tells each line of each host as it comes, and how far they agree', () => {
  const stream = new PassThrough()
  const output = plainOutput(stream, { verbose: false, quiet: false }, pc.createColors(false))
  for (const event of said) output.event(event)
  output.close()
  expect(String(stream.read()).split('\n')).toEqual([
    'web-1 │ here',
    'web-2 │ two',
    'web-3 │ here',
    'web-4 │ here',
    'web-5 │ here',
    '✓ 5 hosts done  4 said the same, web-2 differs · 1.2s',
    '',
  ])
})

it('says less than that when asked to be quiet', () => {
  const stream = new PassThrough()
  const output = plainOutput(stream, { verbose: false, quiet: true }, pc.createColors(false))
  for (const event of said) output.event(event)
  output.close()
  expect(stream.read()).toBeNull()
})

it('is every event as it was, one a line, as JSON', () => {
  const stream = new PassThrough()
  const output = jsonOutput(stream)
  for (const event of said) output.event(event)
  output.close()
  const lines = String(stream.read()).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual(said)
})

it('writes the lines of one turn at once, and before anything that waits for them', async () => {
  const stream = new PassThrough()
  const writes: string[] = []
  stream.on('data', (chunk) => writes.push(String(chunk)))
  const output = jsonOutput(stream)
  for (const event of said) output.event(event)
  await new Promise(setImmediate)
  expect(writes).toHaveLength(1)
  output.close()
})
