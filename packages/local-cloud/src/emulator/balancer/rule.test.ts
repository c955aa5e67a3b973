import { expect, test } from 'vitest'
import type { Condition } from '../hardware/rules.ts'
import { type Asked, meets } from './rule.ts'

const request: Asked = {
  method: 'GET',
  url: '/img/a.png?size=big&v=2',
  headers: { host: 'www.example.com:8080', 'user-agent': 'Mozilla/5.0 (X11)' },
  socket: { remoteAddress: '127.0.0.1' },
}

test.each<[Condition['field'], string, boolean, string?]>([
  ['host-header', 'www.example.com', true],
  ['host-header', '*.EXAMPLE.com', true],
  ['host-header', 'example.com', false],
  ['path-pattern', '/img/*', true],
  ['path-pattern', '/img/?.png', true],
  ['path-pattern', '/img/a-png', false],
  ['path-pattern', '/IMG/*', false],
  ['path-pattern', '*size*', false],
  ['http-request-method', 'GET', true],
  ['http-request-method', 'POST', false],
  ['http-header', '*mozilla*', true, 'User-Agent'],
  ['http-header', '*', false, 'X-Other'],
  ['query-string', 'size=BIG', true],
  ['query-string', '=2', true],
  ['query-string', 'size=2', false],
  ['source-ip', '127.0.0.0/8', true],
  ['source-ip', '10.0.0.0/8', false],
])('%s %s: %s', (field, value, met, name) => {
  const conditions = [{ field, values: ['nothing', value], ...(name && { name }) }].map((condition) =>
    field === 'source-ip' ? { ...condition, values: [value] } : condition,
  )
  const rule = { conditions, action: { kind: 'answer', status: 200 } } as const
  expect(meets(rule, request)).toBe(met)
})

test('all conditions of a rule have to hold', () => {
  const here = { field: 'path-pattern', values: ['/img/*'] } as const
  const elsewhere = { field: 'host-header', values: ['api.example.com'] } as const
  const action = { kind: 'answer', status: 200 } as const
  expect(meets({ conditions: [here, elsewhere], action }, request)).toBe(false)
  expect(meets({ conditions: [], action }, undefined)).toBe(true)
  expect(meets({ conditions: [here], action }, undefined)).toBe(false)
})
