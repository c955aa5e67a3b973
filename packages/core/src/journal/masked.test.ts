import { expect, it } from 'vitest'
import { Mask } from '../events/mask.ts'
import { maskedRecord } from './masked.ts'

const at = '2026-01-01T00:00:00.000Z'
const done = (output: string) => ({ kind: 'step.done', key: '/a', at, output }) as const

it('a record holds no secret, and a result that held one is marked', () => {
  const mask = new Mask()
  mask.add('hunter22')
  expect(maskedRecord(mask, done('is hunter22'))).toEqual({ ...done('is [masked]'), masked: true })
  expect(maskedRecord(mask, done('is well'))).toEqual(done('is well'))
  expect(maskedRecord(mask, { kind: 'kept', at, until: 'hunter22' })).toEqual({
    kind: 'kept',
    at,
    until: '[masked]',
  })
})
