import { expect, test } from 'vitest'
import { meantSet } from './meant-set.ts'
import type { RecordSet } from './record-set.ts'

const name = 'www.example.test'

const set = (
  SetIdentifier: string,
  Weight: number,
  to = SetIdentifier,
  Type: 'A' | 'AAAA' = 'A',
): RecordSet => ({
  Name: `${name}.`,
  Type,
  SetIdentifier,
  Weight,
  AliasTarget: {
    HostedZoneId: 'ZELB',
    DNSName: `${to}-1.eu-west-1.elb.amazonaws.com.`,
    EvaluateTargetHealth: false,
  },
})

const simple = (Type: 'A' | 'AAAA' = 'A'): RecordSet => {
  const { SetIdentifier: _, Weight: __, ...others } = set('web', 0, 'web', Type)
  return others
}

test.each<[string, RecordSet[], string | undefined, unknown]>([
  ['no record', [], undefined, undefined],
  ['a simple one', [simple(), simple('AAAA')], undefined, undefined],
  ['the only one, also without a weight', [set('eu', 0)], undefined, 'eu'],
  ['the only one with a weight', [set('eu', 0), set('us', 9)], undefined, 'us'],
  ['the one that is asked for', [set('eu', 10), set('us', 30)], 'eu', 'eu'],
  ['one without a weight that is asked for', [set('eu', 0), set('us', 1)], 'eu', 'eu'],
  ['one of several without a weight', [set('eu', 0), set('us', 0)], 'us', 'us'],
  [
    'the one that is asked for, of both families',
    [set('eu', 1), set('us', 1), set('eu', 1, 'eu', 'AAAA'), set('us', 3, 'us', 'AAAA')],
    'eu',
    'eu',
  ],
])('%s is meant', (_, sets, asked, expected) => {
  expect(meantSet(name, sets, asked)).toEqual(expected)
})

const eu = 'A eu (weight 10) → eu-1.eu-west-1.elb.amazonaws.com'
const us = 'A us (weight 30) → us-1.eu-west-1.elb.amazonaws.com'

test.each<[string, RecordSet[], string | undefined, string, string, RegExp]>([
  [
    'two with a weight',
    [set('eu', 10), set('us', 30)],
    undefined,
    'E_RECORD_SET',
    `2 weighted records answer for ${name}: ${eu}, ${us}`,
    /--set eu .*names\.find\(t, record, \{ set: 'eu' \}\)/,
  ],
  [
    'two without',
    [set('eu', 0), set('us', 0)],
    undefined,
    'E_RECORD_SET',
    `2 weighted records answer for ${name}: ${eu.replace('10', '0')}, ${us.replace('30', '0')}`,
    /--set eu/,
  ],
  [
    'one that is not there',
    [set('eu', 10), set('us', 30)],
    'asia',
    'E_RECORD_SET',
    `no record of ${name} has the set identifier asia: ${eu}, ${us}`,
    /--set eu/,
  ],
  [
    'one of a simple record',
    [simple()],
    'eu',
    'E_RECORD_SET',
    `no record of ${name} has the set identifier eu: A → web-1.eu-west-1.elb.amazonaws.com`,
    /has no weighted records: leave the set identifier out/,
  ],
  [
    'two that lead to one balancer',
    [set('eu', 10), set('us', 30, 'eu')],
    'eu',
    'E_RECORD_SET',
    `of the weighted records of ${name}, eu and us lead to the same balancer (${eu}, ${us.replace('→ us', '→ eu')})`,
    /let one of them lead there/,
  ],
  [
    'a family that is not weighted',
    [set('eu', 10), simple('AAAA')],
    undefined,
    'E_RECORD_UNSUPPORTED',
    `the A record of ${name} is weighted, and its AAAA record is not`,
    /give both the same weights/,
  ],
])('%s is refused', (_, sets, asked, code, message, hint) => {
  expect(() => meantSet(name, sets, asked)).toThrow(
    expect.objectContaining({ code, message, hint: expect.stringMatching(hint) }),
  )
})
