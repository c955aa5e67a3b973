import { expect, it } from 'vitest'
import { Mask } from './mask.ts'

it('masks a secret in every text of a value, also when it is encoded', () => {
  const mask = new Mask()
  mask.add('s3cret&key')
  expect(
    mask.deep({
      a: ['x s3cret&key y'],
      b: { url: '?t=s3cret%26key', n: 1 },
      c: Buffer.from('s3cret&key').toString('base64'),
    }),
  ).toEqual({
    a: ['x [masked] y'],
    b: { url: '?t=[masked]', n: 1 },
    c: '[masked]',
  })
})
