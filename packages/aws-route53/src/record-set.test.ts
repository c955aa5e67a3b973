import { expect, test } from 'vitest'
import { balancerDnsName, canonicalName, isBalancerDnsName, plainName, zonesAbove } from './domain-name.ts'
import { changesTo, pointedAt, type RecordSet, sameSets } from './record-set.ts'

const green = { dnsName: 'web-green-2.eu-west-1.elb.amazonaws.com', zoneId: 'ZELB' }

const alias = (Type: 'A' | 'AAAA', DNSName: string, more: Partial<RecordSet> = {}): RecordSet => ({
  Name: 'www.example.test.',
  Type,
  AliasTarget: { HostedZoneId: 'ZELB', DNSName, EvaluateTargetHealth: true },
  ...more,
})

const cname = (Value: string): RecordSet => ({
  Name: 'www.example.test.',
  Type: 'CNAME',
  TTL: 300,
  ResourceRecords: [{ Value }],
})

const pointed = (...sets: RecordSet[]): RecordSet[] => pointedAt('www.example.test', sets, green)

test('an alias keeps what it evaluates, its health check and its dualstack', () => {
  const blue = [
    alias('A', 'dualstack.web-1.eu-west-1.elb.amazonaws.com.', { HealthCheckId: 'h-1' }),
    alias('AAAA', 'web-1.eu-west-1.elb.amazonaws.com.'),
  ]
  expect(pointed(...blue)).toEqual([
    alias('A', 'dualstack.web-green-2.eu-west-1.elb.amazonaws.com.', { HealthCheckId: 'h-1' }),
    alias('AAAA', 'web-green-2.eu-west-1.elb.amazonaws.com.'),
  ])
  expect(pointed(...blue.slice(1)).map(({ Type }) => Type)).toEqual(['AAAA'])
})

test('no record, and a CNAME, become an alias that evaluates nothing', () => {
  const made = alias('A', 'web-green-2.eu-west-1.elb.amazonaws.com.', {
    AliasTarget: {
      HostedZoneId: 'ZELB',
      DNSName: 'web-green-2.eu-west-1.elb.amazonaws.com.',
      EvaluateTargetHealth: false,
    },
  })
  expect(pointed()).toEqual([made])
  expect(pointed(cname('web-1.eu-west-1.elb.amazonaws.com'))).toEqual([made])
  const both = pointed(cname('dualstack.web-1.eu-west-1.elb.amazonaws.com'))
  expect(both.map(({ Type, AliasTarget }) => `${Type} ${AliasTarget?.DNSName.split('.')[0]}`)).toEqual([
    'A dualstack',
    'AAAA dualstack',
  ])
})

test('a batch takes away first what is in the way', () => {
  const old = [cname('web-1.eu-west-1.elb.amazonaws.com')]
  const wanted = pointed(...old)
  expect(
    changesTo(wanted, old).map(({ Action, ResourceRecordSet: { Type } }) => `${Action} ${Type}`),
  ).toEqual(['DELETE CNAME', 'UPSERT A'])
  expect(changesTo([], wanted).map(({ Action }) => Action)).toEqual(['DELETE'])
})

test('sets are compared whatever their order and the case of names', () => {
  const [a, aaaa] = [alias('A', 'Web-1.eu-west-1.elb.amazonaws.com'), alias('AAAA', 'web-1.x.')]
  expect(sameSets([a, aaaa], [aaaa, alias('A', 'web-1.eu-west-1.elb.amazonaws.com.')])).toBe(true)
  expect(sameSets([a], [a, aaaa])).toBe(false)
  expect(sameSets([cname('a.test')], [cname('b.test')])).toBe(false)
  expect(sameSets([a], [{ ...a, HealthCheckId: 'h-1' }])).toBe(false)
})

test('names', () => {
  expect(canonicalName('*.Example.test')).toBe('\\052.example.test.')
  expect(canonicalName('\\052.example.test.')).toBe('\\052.example.test.')
  expect(plainName('\\052.Example.test.')).toBe('*.example.test')
  expect(zonesAbove('www.example.test')).toEqual(['www.example.test.', 'example.test.', 'test.'])
  expect(balancerDnsName('Dualstack.Web-1.eu-west-1.elb.amazonaws.com.')).toBe(
    'web-1.eu-west-1.elb.amazonaws.com',
  )
})

test.each([
  ['web-1.eu-west-1.elb.amazonaws.com.', true],
  ['net-1.elb.eu-west-1.amazonaws.com', true],
  ['web-1.cn-north-1.elb.amazonaws.com.cn', true],
  ['d111111abcdef8.cloudfront.net.', false],
  ['elb.amazonaws.com.example.test', false],
])('%s is a balancer: %s', (name, expected) => {
  expect(isBalancerDnsName(name)).toBe(expected)
})
