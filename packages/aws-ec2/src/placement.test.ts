import { expect, test } from 'vitest'
import { placementsLike } from './placement.ts'

const member = (zone: string) => ({
  id: `i-${zone}`,
  zone,
  lifecycle: 'InService',
  health: 'Healthy',
  protected: false,
})

const subnets = [
  { subnet: 'subnet-a1', zone: 'a' },
  { subnet: 'subnet-a2', zone: 'a' },
  { subnet: 'subnet-b', zone: 'b' },
]

test('as many in each zone as the group has', () => {
  const fleet = { zones: ['a', 'b'], instances: ['a', 'b', 'a'].map(member) }
  expect(placementsLike(fleet, [], 3)).toEqual([
    { zone: 'a', count: 2 },
    { zone: 'b', count: 1 },
  ])
})

test('the subnets of a zone share its instances', () => {
  const fleet = { zones: ['a', 'b'], instances: ['a', 'b'].map(member) }
  expect(placementsLike(fleet, subnets, 4)).toEqual([
    { zone: 'a', subnet: 'subnet-a1', count: 1 },
    { zone: 'b', subnet: 'subnet-b', count: 2 },
    { zone: 'a', subnet: 'subnet-a2', count: 1 },
  ])
})

test('all of them stand in the placement group of the group', () => {
  const fleet = { zones: ['a', 'b'], instances: [], placementGroup: 'apart' }
  expect(placementsLike(fleet, [], 2).map(({ group }) => group)).toEqual(['apart', 'apart'])
})

test('each is of the kind of the one in whose place it is, also from a zone that the group has left', () => {
  const kinds = [{ type: 'm5.large' }, { type: 'm5.large', spot: {} }, { type: 'm4.large', spot: {} }]
  const instances = ['a', 'b', 'gone'].map((zone, index) => ({
    ...member(zone),
    kind: kinds[index] ?? { type: '' },
  }))
  expect(placementsLike({ zones: ['a', 'b'], instances }, [], 4)).toEqual([
    { zone: 'a', kind: kinds[0], count: 2 },
    { zone: 'b', kind: kinds[1], count: 1 },
    { zone: 'a', kind: kinds[2], count: 1 },
  ])
})

test('an empty group is spread over its zones', () => {
  expect(placementsLike({ zones: ['a', 'b'], instances: [] }, [], 3)).toEqual([
    { zone: 'a', count: 2 },
    { zone: 'b', count: 1 },
  ])
})

test('no zone that the group has lost: others get what it had there', () => {
  const fleet = { zones: ['b', 'c'], instances: ['a', 'a', 'b', 'a'].map(member) }
  expect(placementsLike(fleet, [], 4)).toEqual([
    { zone: 'b', count: 2 },
    { zone: 'c', count: 2 },
  ])
})
