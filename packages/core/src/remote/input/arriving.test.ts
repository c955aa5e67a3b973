import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { Arriving } from './arriving.ts'

const first = Buffer.alloc(300 * 1024, 'a')
const second = Buffer.alloc(300 * 1024, 'b')

const told = (chunk: Uint8Array): string => `${String.fromCharCode(chunk[0] ?? 0)} ${chunk.length}`

const next = async (chunks: AsyncGenerator<Uint8Array>): Promise<string> => {
  const { value } = await chunks.next()
  return value ? told(value) : 'nothing'
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const parts: string[] = []
  for await (const chunk of chunks) parts.push(told(chunk))
  return parts
}

test('is read while it comes, and from its start by whoever is late', async () => {
  const source = new PassThrough()
  const arriving = new Arriving(first.length + second.length, source)
  const early = arriving.chunks()
  source.write(first)
  expect(await next(early)).toBe('a 307200')
  const late = all(arriving.chunks())
  source.end(second)
  expect(await all(early)).toEqual(['b 307200'])
  expect(await late).toEqual(['a 307200', 'b 307200'])
  expect(await all(arriving.chunks())).toEqual(['a 307200', 'b 307200'])
})

test('that breaks off fails for all who read it, behind what there was', async () => {
  const source = new PassThrough()
  const arriving = new Arriving(first.length + second.length, source)
  const early = arriving.chunks()
  source.write(first)
  expect(await next(early)).toBe('a 307200')
  source.destroy(new Error('gone'))
  await expect(early.next()).rejects.toThrow('gone')
  const late = arriving.chunks()
  expect(await next(late)).toBe('a 307200')
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
