import type { RRType } from '@aws-sdk/client-route-53'
import { expect, test } from 'vitest'
import { readRecordSet } from './record-set.ts'
import { valueErrors } from './record-values.ts'

const errors = (Type: RRType, values: readonly string[], Name = 'www.example.test'): string[] =>
  valueErrors(
    readRecordSet({ Name, Type, TTL: 5, ResourceRecords: values.map((Value) => ({ Value })) }, 'CREATE'),
  )

const label = 'x'.repeat(63)

test.each<[RRType, string[]]>([
  ['A', ['127.0.0.1', '127.0.0.2']],
  ['CNAME', ['other.example.test.']],
  ['CNAME', [`${label}.example.test`]],
  ['TXT', ['"one"', '"two" "and \\"three\\""', `"${'x'.repeat(255)}"`, '""']],
  ['MX', ['10 mail.example.test', '0 .']],
  ['SRV', ['1 10 5269 xmpp.example.test.']],
  ['CAA', ['0 issue "ca.example"']],
])('%s may be %j', (type, values) => {
  expect(errors(type, values)).toEqual([])
})

test.each<[RRType, string[], string]>([
  ['CNAME', ['one.test', 'two.test'], 'may have one value, and has 2'],
  ['CNAME', [''], 'DomainLabelEmpty'],
  ['TXT', ['bare'], 'InvalidCharacterString'],
  ['TXT', ['"half'], 'InvalidCharacterString'],
  ['TXT', ['"one" bare'], 'InvalidCharacterString'],
  ['TXT', [`"${'x'.repeat(256)}"`], 'CharacterStringTooLong'],
  ['MX', ['foo'], "MX record doesn't have 2 fields"],
  ['MX', ['high mail.example.test'], 'MXRRDATAInvalidNumber'],
  ['SRV', ['x'], "SRV record doesn't have 4 fields"],
  ['NS', [`x${label}.example.test`], 'DomainLabelTooLong'],
])('%s may not be %j', (type, values, problem) => {
  expect(errors(type, values)).toEqual([expect.stringContaining(problem)])
})

test.each([
  ['a..example.test', 'DomainLabelEmpty'],
  [`x${label}.example.test`, 'DomainLabelTooLong'],
  [`${`${label}.`.repeat(4)}test`, 'DomainNameTooLong'],
])('the name of a record may not be %s', (name, problem) => {
  expect(errors('A', ['127.0.0.1'], name)).toEqual([expect.stringContaining(problem)])
})

test('a TTL has 31 bits', () => {
  const record = (TTL: number) =>
    readRecordSet({ Name: 'a.test', Type: 'A', TTL, ResourceRecords: [{ Value: '127.0.0.1' }] }, 'CREATE')
  expect(record(2_147_483_647)).toMatchObject({ TTL: 2_147_483_647 })
  expect(() => record(2_147_483_648)).toThrow('TTL 2147483648 must be between 0 and 2147483647')
})
