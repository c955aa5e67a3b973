import { describe, expect, test } from 'vitest'
import { from, group, member } from '../testing/group-record.ts'
import type { Group } from './group.ts'
import { spread } from './spread.ts'
import { readPolicies, victims } from './termination-policy.ts'

const ages: Record<string, string> = { v1: '2024-01-01', v2: '2024-02-01' }
const chosen = (of: Group, count: number): string[] =>
  victims(of, count, (source) => ages[source.name] ?? '').map(({ id }) => id)

describe('the termination policy', () => {
  test('takes from the fullest zone, the oldest launch configuration, then the oldest instance', () => {
    const members = [
      member('b-oldest', { zone: 'b', launched: '2023-01-01' }),
      member('a-new', { launch: from('v2'), launched: '2023-06-01' }),
      member('a-old-young', { launched: '2024-01-03' }),
      member('a-old-old', { launched: '2024-01-02' }),
    ]
    expect(chosen(group(members), 1)).toEqual(['a-old-old'])
    expect(chosen(group(members), 3)).toEqual(['a-old-old', 'a-old-young', 'b-oldest'])
  })

  test('spares the protected, those that leave, and those that use no launch configuration as long as it can', () => {
    const { launch: _none, ...attached } = member('attached', { launched: '2020-01-01' })
    const members = [
      member('protected', { protected: true, launched: '2020-01-01' }),
      member('standby', { state: 'Standby', launched: '2020-01-01' }),
      attached,
      member('newest', { launch: from('v2') }),
    ]
    expect(chosen(group(members), 9)).toEqual(['newest', 'attached'])
  })

  test('by age alone', () => {
    const members = [
      member('old', { launched: '2021' }),
      member('new', { launched: '2022', launch: from('v1') }),
    ]
    expect(chosen(group(members, ['OldestInstance']), 1)).toEqual(['old'])
    expect(chosen(group(members, ['NewestInstance']), 1)).toEqual(['new'])
  })

  test('may be several, each for those that the one before holds for equal', () => {
    const members = [
      member('young', { launched: '2022', launch: from('v1') }),
      member('old', { launched: '2021', launch: from('v1') }),
      member('oldest', { launched: '2020', launch: from('v2') }),
    ]
    const policies = ['OldestLaunchConfiguration', 'NewestInstance']
    expect(chosen(group(members, policies), 3)).toEqual(['young', 'old', 'oldest'])
  })

  test('is one of those that there are', () => {
    expect(readPolicies(['OldestInstance', 'arn:aws:lambda:us-east-1:1:function:f'])).toHaveLength(2)
    expect(() => readPolicies(['Foo'])).toThrow('Unsupported termination policy: Foo')
  })
})

test('new instances go where the fewest are', () => {
  const subnets = ['a', 'b', 'c'].map((zone) => ({
    id: `subnet-${zone}`,
    vpcId: 'vpc',
    availabilityZone: zone,
  }))
  const zones = spread(subnets, [member('1'), member('2'), member('3', { zone: 'b' })], 5).map(
    ({ availabilityZone }) => availabilityZone,
  )
  expect(zones).toEqual(['c', 'b', 'c', 'a', 'b'])
  expect(spread([], [], 2)).toEqual([])
})
