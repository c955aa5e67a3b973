import { HealthCheck$ } from '@aws-sdk/client-elastic-load-balancing'
import { expect, test } from 'vitest'
import { membersOf } from './schema-members.ts'

test('the members of a structure are read from its schema', () => {
  expect(membersOf(HealthCheck$)).toEqual([
    'HealthyThreshold',
    'Interval',
    'Target',
    'Timeout',
    'UnhealthyThreshold',
  ])
})
