import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { recordable } from './recordable.ts'

const ring: { self?: unknown } = {}
ring.self = ring

it.each([
  [{ a: [1, 'x', true, null, { b: undefined }] }],
  [undefined],
  [Object.create(null)],
  [runInNewContext('({ of: { another: "realm" } })')],
])('a journal can hold %j', (value) => {
  expect(recordable(value, 'it')).toBe(value)
})

it.each<[string, unknown]>([
  ['is a Date', new Date(0)],
  ['has at seen.since a Date', { seen: { since: new Date(0) } }],
  ['has at [1].sizes a Map', [0, { sizes: new Map() }]],
  ['has at [0] undefined', [undefined]],
  ['is NaN', Number.NaN],
  ['is a bigint', 3n],
  ['has at run a function', { run: () => undefined }],
  ['has at self an object that holds itself', ring],
])('what %s, it cannot', (said, value) => {
  expect(() => recordable(value, 'web-1')).toThrow(`web-1 ${said}, which no journal can hold`)
})
