import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { feed } from './feed.ts'

const piece = 64 * 1024

test('no more is written while what was written waits below the stream', async () => {
  const stream = new PassThrough({ highWaterMark: 1024 * 1024 })
  const bytes = Buffer.alloc(3 * piece, 'a')
  let goOn: () => void = () => undefined
  const sent = (): Promise<void> | undefined =>
    new Promise((resolve) => {
      goOn = resolve
    })
  const fed = feed(stream, { size: bytes.length, chunks: () => [bytes] }, new Promise(() => undefined), sent)
  for (const pieces of [1, 2, 3]) {
    await turn()
    expect(stream.readableLength).toBe(pieces * piece)
    goOn()
  }
  await fed
  expect(stream.read()).toEqual(bytes)
})

test('nothing is waited for once the reader has ended', async () => {
  const stream = new PassThrough({ highWaterMark: 1024 * 1024 })
  const bytes = Buffer.alloc(2 * piece)
  let end: () => void = () => undefined
  const closed = new Promise<void>((resolve) => {
    end = resolve
  })
  const never = (): Promise<void> => new Promise(() => undefined)
  const fed = feed(stream, { size: bytes.length, chunks: () => [bytes] }, closed, never)
  await turn()
  end()
  await fed
  expect(stream.readableLength).toBe(piece)
})
