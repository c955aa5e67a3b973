import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { readerOf } from './reader.ts'

test('a reader is waited for while it is behind, by all with one promise', async () => {
  const stream = new PassThrough({ highWaterMark: 4 })
  const caughtUp = readerOf(stream)
  expect(caughtUp()).toBeUndefined()
  stream.write('more than four')
  stream.write('and more')
  const waiting = caughtUp()
  expect(waiting).toBeInstanceOf(Promise)
  expect(caughtUp()).toBe(waiting)
  stream.resume()
  await waiting
  expect(caughtUp()).toBeUndefined()
  expect(stream.listenerCount('close')).toBe(new PassThrough().listenerCount('close'))
})

test('a reader that goes away is waited for no longer', async () => {
  const stream = new PassThrough({ highWaterMark: 4 })
  const caughtUp = readerOf(stream)
  stream.write('more than four')
  stream.write('and more')
  const waiting = caughtUp()
  stream.destroy()
  await Promise.all([waiting, once(stream, 'close')])
  expect(caughtUp()).toBeUndefined()
})
