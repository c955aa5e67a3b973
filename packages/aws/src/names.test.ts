import { expect, test } from 'vitest'
import { nameFor } from './names.ts'

const token = '20261123-154233-k3f9-0a1b2c3d4e5f'

test('a name is the base and the token', () => {
  expect(nameFor('web', token, 255)).toBe('web--20261123-154233-k3f9-0a1b2c3d4e5f')
})

test('names do not grow from run to run', () => {
  const first = nameFor('web', token, 255)
  expect(nameFor(first, '20261124-010203-zzzz-111111111111', 255)).toBe(
    'web--20261124-010203-zzzz-111111111111',
  )
})

test('a base with two dashes of its own keeps them', () => {
  expect(nameFor('web--blue', token, 255)).toBe(`web--blue--${token}`)
})

test('a cut name ends in no half of a character', () => {
  const name = nameFor(`a${'💚'.repeat(127)}`, token, 255)
  expect(name).toMatch(/^a(💚)+-[0-9a-f]{11}$/u)
  expect(name.length).toBeLessThanOrEqual(255)
})

test.each([32, 128])('a long name is cut to %i characters, and others differ', (limit) => {
  const base = 'a-rather-long-name-for-a-launch-configuration'.repeat(3)
  const one = nameFor(base, token, limit)
  const other = nameFor(base, token.replace('k3f9', 'k3fa'), limit)
  expect(one.length).toBeLessThanOrEqual(limit)
  expect(one).toMatch(/^[a-z0-9-]+[a-z0-9]$/)
  expect(other).not.toBe(one)
  expect(nameFor(base, token, limit)).toBe(one)
})
