import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { Arriving } from './arriving.ts'

const first = Buffer.alloc(300 * 1024, 'a')
const second = Buffer.alloc(300 * 1024, 'b')

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

test('is read while it comes, and from its start by whoever is late', async () => {
  const source = new PassThrough()
  const arriving = new Arriving(first.length + second.length, source)
  const early = arriving.chunks()
  source.write(first)
  expect((await early.next()).value).toEqual(first)
  const late = all(arriving.chunks())
  source.end(second)
  expect(await all(early)).toEqual(second)
  expect(await late).toEqual(Buffer.concat([first, second]))
  expect(await all(arriving.chunks())).toEqual(Buffer.concat([first, second]))
})

test('that breaks off fails for all who read it, behind what there was', async () => {
  const source = new PassThrough()
  const arriving = new Arriving(first.length + second.length, source)
  const early = arriving.chunks()
  source.write(first)
  expect((await early.next()).value).toEqual(first)
  source.destroy(new Error('gone'))
  await expect(early.next()).rejects.toThrow('gone')
  const late = arriving.chunks()
  expect((await late.next()).value).toEqual(first)
  await expect(late.next()).rejects.toThrow('gone')
  await arriving.dispose()
})

test('is read no further when nobody wants it any more', async () => {
  let isClosed = false
  async function* source(): AsyncGenerator<Buffer> {
    try {
      for (;;) yield first
    } finally {
      isClosed = true
    }
  }
  const arriving = new Arriving(Number.MAX_SAFE_INTEGER, source())
  await arriving.chunks().next()
  await arriving.dispose()
  expect(isClosed).toBe(true)
})
