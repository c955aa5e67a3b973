import { expect, test } from 'vitest'
import { type Lease, lapseOf } from './lease.ts'

const lease = (pid: number, agoMs: number): Lease => ({
  ...{ run: 'one', task: 'deploy', user: 'ada', host: 'here', pid, since: '2026-01-01T00:00:00.000Z' },
  until: new Date(Date.now() - agoMs).toISOString(),
})

test('a lease has lapsed since its process has ended, or since nobody has renewed it', () => {
  expect(lapseOf(lease(2 ** 22 + 1, -20_000), 'here')).toBe('which has ended without releasing it')
  expect(lapseOf(lease(process.pid, 60_000), 'here')).toBe('which has not renewed it for 1m 30s')
  expect(lapseOf(lease(2 ** 22 + 1, 60_000), 'elsewhere')).toBe('which has not renewed it for 1m 30s')
})
