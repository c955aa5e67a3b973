import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AwaitedHosts } from './awaited-hosts.ts'
import type { Target } from './target.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const host = (name: string, address: string): Target =>
  ({ name, address, port: 22, connectTimeout: 60_000 }) as Target
const refused = (address: string): Error => new Error(`connect ECONNREFUSED ${address}:22`)

test('hosts are told together that are not reached for the same reason', () => {
  const notes: string[] = []
  const awaited = new AwaitedHosts((text) => notes.push(text))
  awaited.add(host('web-1', '10.0.0.1'), refused('10.0.0.1'))
  vi.advanceTimersByTime(3_000)
  for (let index = 2; index <= 40; index += 1)
    awaited.add(host(`web-${index}`, `10.0.0.${index}`), refused(`10.0.0.${index}`))
  awaited.add(host('db-1', '10.0.0.99'), new Error('timed out'))
  vi.advanceTimersByTime(3_000)
  expect(notes).toEqual([
    'not reached yet, and tried for 1m: web-1: connect ECONNREFUSED 10.0.0.1:22',
    [
      'not reached yet, and tried for 1m:',
      '  web-[2-40]: connect ECONNREFUSED …:22',
      '  db-1: timed out',
    ].join('\n'),
  ])
})
