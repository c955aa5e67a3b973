import { expect, test } from 'vitest'
import { enterStandby } from './standby.ts'

test('a plan says who goes to standby, and how long their draining is waited for', () => {
  const input = { group: 'web', ids: ['i-1', 'i-2'], loadBalancers: [], leaveWithinMs: 390_000 }
  expect(enterStandby.details?.(input, null)).toEqual([
    'i-1, i-2: running, and drained out of the balancers, which is waited for up to 6m30s',
  ])
})
