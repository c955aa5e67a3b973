import { expect, test } from 'vitest'
import { group, member } from '../testing/group-record.ts'
import { isUnbalanced } from './zone-balance.ts'

const a = { zone: 'a' }
const b = { zone: 'b' }

test.each([
  ['as many in each zone', false, [member('1', a), member('2', b)], ['a', 'b']],
  ['one more in one of them', false, [member('1', a), member('2', a), member('3', b)], ['a', 'b']],
  ['two more in one of them', true, [member('1', a), member('2', a)], ['a', 'b']],
  ['one in a zone that is no longer its', true, [member('1', a), member('2', b)], ['b', 'c']],
  [
    'two more in one of them, and all protected',
    false,
    [member('1', { ...a, protected: true }), member('2', { ...a, protected: true })],
    ['a', 'b'],
  ],
  [
    'two more in one of them, one in standby',
    false,
    [member('1', a), member('2', { ...a, state: 'Standby' })],
    ['a', 'b'],
  ],
  ['one zone', false, [member('1', a), member('2', a)], ['a']],
  ['nothing', false, [], ['a', 'b']],
])('a group with %s: %s', (_, unbalanced, members, zones) => {
  expect(isUnbalanced({ ...group(members), zones })).toBe(unbalanced)
})
