import { describe, expect, test } from 'vitest'
import { scaledClock } from '../../clock.ts'
import type { Reach } from '../../hardware/names.ts'
import type { RecordSet, Zone } from './hosted-zone.ts'
import { type Directory, resolver } from './resolution.ts'

function address(Name: string, Value: string, more: Partial<RecordSet> = {}): RecordSet {
  return { Name, Type: 'A', TTL: 5, ResourceRecords: [{ Value }], ...more }
}

function alias(Name: string, DNSName: string, more: Partial<RecordSet> = {}): RecordSet {
  const HostedZoneId = DNSName.endsWith('.elb.amazonaws.com.') ? 'ZELB' : 'Z1'
  return { Name, Type: 'A', AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth: true }, ...more }
}

function zone(name: string, served: RecordSet[]): Zone {
  return { id: 'Z1', name, callerReference: name, privateZone: false, records: [], served, tags: {} }
}

const healthy = new Set(['blue', 'green'])

/** Answers from the sets of one zone; `points` are the random numbers to come. */
function answering(sets: RecordSet[], points: number[] = [], timeScale = 1) {
  const directory: Directory = {
    clock: scaledClock(timeScale),
    zones: () => [zone('test.', []), zone('example.test.', sets)],
    balancerByName: (dnsName) => {
      const [name = '', ...rest] = dnsName.split('.')
      if (rest[0] !== 'elb') return undefined
      return { name, address: `127.9.9.${name.length}`, hostedZoneId: 'ZELB', healthy: healthy.has(name) }
    },
    random: () => points.shift() ?? 0,
  }
  const resolve = resolver(directory)
  return (name: string, type = 'A', reach?: Reach): string[] | 'unknown' | undefined => {
    const found = resolve(name, type, reach)
    if (found === undefined || found === 'unknown') return found
    return found.map((record) => `${record.type} ${record.ttl} ${record.values.join(',')}`)
  }
}

describe('weights', () => {
  const blue = address('www.example.test.', '127.1.1.1', { SetIdentifier: 'blue', Weight: 1 })
  const green = address('www.example.test.', '127.1.1.2', { SetIdentifier: 'green', Weight: 3 })

  test('share the answers', () => {
    const answer = answering([blue, green], [0, 0.24, 0.26, 0.99])
    const given = [1, 2, 3, 4].map(() => answer('www.example.test')?.[0])
    expect(given).toEqual(['A 5 127.1.1.1', 'A 5 127.1.1.1', 'A 5 127.1.1.2', 'A 5 127.1.1.2'])
  })

  test('of 0 get no answers, unless all have it', () => {
    const none = { ...blue, Weight: 0 }
    expect(answering([none, green], [0])('www.example.test')).toEqual(['A 5 127.1.1.2'])
    expect(answering([none, { ...green, Weight: 0 }], [0])('www.example.test')).toEqual(['A 5 127.1.1.1'])
  })

  test('pass over load balancers without a healthy instance, unless all are so', () => {
    const to = (name: string): RecordSet =>
      alias('www.example.test.', `${name}.elb.amazonaws.com.`, { SetIdentifier: name, Weight: 1 })
    expect(answering([to('sick'), to('green')], [0])('www.example.test')).toEqual(['A 60 127.9.9.5'])
    expect(answering([to('sick'), to('dead')], [0])('www.example.test')).toEqual(['A 60 127.9.9.4'])
  })
})

describe('wildcards', () => {
  const answer = answering([
    address('\\052.example.test.', '127.1.1.1'),
    address('deep.example.test.', '127.1.1.2'),
    address('example.test.', '127.1.1.3'),
  ])

  test.each([
    ['any.example.test', ['A 5 127.1.1.1']],
    ['a.b.example.test', ['A 5 127.1.1.1']],
    ['x.deep.example.test', 'unknown'],
    ['example.test', ['A 5 127.1.1.3']],
    ['example.org', undefined],
  ])('%s', (name, expected) => {
    expect(answer(name)).toEqual(expected)
  })
})

describe('names', () => {
  const answer = answering([
    address('a.b.c.example.test.', '127.1.1.1'),
    address('\\052.example.test.', '127.1.1.2'),
    {
      Name: 'policy.example.test.',
      Type: 'CAA',
      TTL: 5,
      ResourceRecords: [{ Value: '0 issue "ca.example"' }],
    },
  ])

  test('exist by what lies beneath them, and hide wildcards', () => {
    expect(answer('b.c.example.test')).toEqual([])
    expect(answer('c.example.test')).toEqual([])
    expect(answer('d.c.example.test')).toBe('unknown')
    expect(answer('d.example.test')).toEqual(['A 5 127.1.1.2'])
  })

  test('exist by records of any type', () => {
    expect(answer('policy.example.test')).toEqual([])
    expect(answer('policy.example.test', 'CAA')).toEqual(['CAA 5 0 issue "ca.example"'])
  })
})

describe('chains', () => {
  test('of aliases keep the first name, and the TTL of the record that they end at', () => {
    const answer = answering([
      alias('one.example.test.', 'two.example.test.'),
      alias('two.example.test.', 'three.example.test.'),
      address('three.example.test.', '127.1.1.1'),
    ])
    expect(answer('one.example.test')).toEqual(['A 5 127.1.1.1'])
    expect(answer('one.example.test', 'AAAA')).toEqual([])
  })

  test('of CNAMEs show every step, as far as the names are ours', () => {
    const to = (Name: string, Value: string): RecordSet => ({
      Name,
      Type: 'CNAME',
      TTL: 9,
      ResourceRecords: [{ Value }],
    })
    const answer = answering([
      to('one.example.test.', 'blue.elb.amazonaws.com'),
      to('out.example.test.', 'example.org'),
    ])
    expect(answer('one.example.test')).toEqual(['CNAME 9 blue.elb.amazonaws.com', 'A 60 127.9.9.4'])
    expect(answer('out.example.test')).toEqual(['CNAME 9 example.org'])
    expect(answer('one.example.test', 'CNAME')).toEqual(['CNAME 9 blue.elb.amazonaws.com'])
  })

  test('of CNAMEs end where they leave the zone, for who asks its own servers', () => {
    const to = (Name: string, Value: string): RecordSet => ({
      Name,
      Type: 'CNAME',
      TTL: 9,
      ResourceRecords: [{ Value }],
    })
    const answer = answering([
      to('one.example.test.', 'two.example.test'),
      to('two.example.test.', 'blue.elb.amazonaws.com'),
      alias('www.example.test.', 'blue.elb.amazonaws.com.'),
    ])
    expect(answer('one.example.test', 'A', 'the zone')).toEqual([
      'CNAME 9 two.example.test',
      'CNAME 9 blue.elb.amazonaws.com',
    ])
    expect(answer('www.example.test', 'A', 'the zone')).toEqual(['A 60 127.9.9.4'])
  })

  test('that are loops end', () => {
    const answer = answering([
      alias('a.example.test.', 'b.example.test.'),
      alias('b.example.test.', 'a.example.test.'),
    ])
    expect(answer('a.example.test')).toEqual([])
    const to = (Name: string, Value: string): RecordSet => ({
      Name,
      Type: 'CNAME',
      TTL: 9,
      ResourceRecords: [{ Value }],
    })
    const round = answering([
      to('a.example.test.', 'b.example.test'),
      to('b.example.test.', 'a.example.test'),
    ])
    expect(round('a.example.test')).toEqual(['CNAME 9 b.example.test', 'CNAME 9 a.example.test'])
  })
})

describe('times to live', () => {
  const answer = answering(
    [
      address('short.example.test.', '127.1.1.1'),
      address('never.example.test.', '127.1.1.1', { TTL: 0 }),
      address('day.example.test.', '127.1.1.1', { TTL: 86_400 }),
      alias('www.example.test.', 'blue.elb.amazonaws.com.'),
    ],
    [],
    0.1,
  )

  test.each([
    ['day.example.test', ['A 8640 127.1.1.1']],
    ['www.example.test', ['A 6 127.9.9.4']],
    ['blue.elb.amazonaws.com', ['A 6 127.9.9.4']],
    ['short.example.test', ['A 1 127.1.1.1']],
    ['never.example.test', ['A 0 127.1.1.1']],
  ])('pass through the clock: %s', (name, expected) => {
    expect(answer(name)).toEqual(expected)
  })
})
