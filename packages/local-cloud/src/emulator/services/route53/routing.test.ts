import { describe, expect, test } from 'vitest'
import type { RecordSet } from './hosted-zone.ts'
import { routed } from './routing.ts'

const set = (SetIdentifier: string, more: Partial<RecordSet>): RecordSet => ({
  Name: 'www.example.test.',
  Type: 'A',
  SetIdentifier,
  ...more,
})

/** The identifiers of the sets that are answered when these are sick. */
function chosen(sets: readonly RecordSet[], ...sick: readonly string[]): (string | undefined)[] {
  const isHealthy = ({ SetIdentifier = '' }: RecordSet): boolean => !sick.includes(SetIdentifier)
  return routed(sets, { isHealthy, random: () => 0 }).map(({ SetIdentifier }) => SetIdentifier)
}

describe('failover', () => {
  const sets = [set('there', { Failover: 'SECONDARY' }), set('here', { Failover: 'PRIMARY' })]

  test.each([
    ['the primary while it is healthy', [], 'here'],
    ['the secondary when the primary is not', ['here'], 'there'],
    ['the primary when neither is', ['here', 'there'], 'here'],
  ])('answers %s', (_, sick, expected) => {
    expect(chosen(sets, ...sick)).toEqual([expected])
  })
})

test('of several answers all that are healthy are given, eight at most', () => {
  const three = ['1', '2', '3'].map((id) => set(id, { MultiValueAnswer: true }))
  expect(chosen(three)).toHaveLength(3)
  expect(chosen(three, '2').sort()).toEqual(['1', '3'])
  expect(chosen(three, '1', '2', '3')).toHaveLength(3)
  const many = Array.from({ length: 20 }, (_, index) => set(`${index}`, { MultiValueAnswer: true }))
  expect(new Set(chosen(many)).size).toBe(8)
})

test('a weight of nothing is chosen when nothing else is healthy', () => {
  const sets = [set('none', { Weight: 0 }), set('all', { Weight: 5 })]
  expect(chosen(sets)).toEqual(['all'])
  expect(chosen(sets, 'all')).toEqual(['none'])
})
