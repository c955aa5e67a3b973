import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test, vi } from 'vitest'
import { type Stdin, withInput } from './stdin.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-stdin-'))
afterAll(() => rmSync(place, { recursive: true }))
const quiet = new AbortController().signal

const read = (stdin: Stdin, signal = quiet): Promise<{ size: number; twice: string[] } | undefined> =>
  withInput(stdin, { directory: place, signal }, async (input) => {
    if (!input) return undefined
    const all = (): Promise<string> =>
      buffer(Readable.from(input.chunks())).then((bytes) => bytes.toString('base64'))
    return { size: input.size, twice: [await all(), await all()] }
  })

const big = Buffer.alloc(300_000, 'é\0\n')

async function* pieces() {
  yield 'grü'
  await sleep(1)
  yield Buffer.from('ße')
}

test('is text, bytes, a file or a stream, of a size known beforehand, to be read again', async () => {
  writeFileSync(join(place, 'big'), big)
  writeFileSync(join(place, 'empty'), '')
  execFileSync('mkfifo', [join(place, 'pipe')])
  const intoPipe = once(spawn('cp', ['big', 'pipe'], { cwd: place }), 'exit')
  const cases: [Stdin, Buffer][] = [
    ['grüße', Buffer.from('grüße')],
    [big, big],
    [{ file: 'big' }, big],
    [{ file: join(place, 'empty') }, Buffer.alloc(0)],
    [{ file: 'pipe' }, big],
    [{ file: '/dev/null' }, Buffer.alloc(0)],
    [{ file: '/proc/version' }, readFileSync('/proc/version')],
    [Readable.from([big, big]), Buffer.concat([big, big])],
    [pieces(), Buffer.from('grüße')],
    [Readable.from([]), Buffer.alloc(0)],
  ]
  for (const [stdin, expected] of cases) {
    expect(await read(stdin)).toEqual({
      size: expected.length,
      twice: Array(2).fill(expected.toString('base64')),
    })
  }
  await intoPipe
})

test('that cannot be read says so, and a stream that never ends is left at an abort', async () => {
  for (const file of ['/dev/zero', '/dev/urandom'])
    await expect(read({ file })).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      message: `${file} is a device that may never come to an end`,
    })
  await expect(read({ file: 'none' })).rejects.toMatchObject({ code: 'E_LOCAL_FILE' })
  await expect(read({ file: '.' })).rejects.toMatchObject({
    code: 'E_LOCAL_FILE',
    message: expect.stringContaining('is a directory'),
  })
  const failing = Readable.from(
    (async function* () {
      yield 'a'
      throw new Error('source broke')
    })(),
  )
  await expect(read(failing)).rejects.toThrow('source broke')
  const stop = new AbortController()
  const endless = read(new Readable({ read: () => undefined }), stop.signal)
  stop.abort(new Error('enough'))
  await expect(endless).rejects.toThrow()
})

test.each<[string, () => AsyncIterable<string | Uint8Array>]>([
  ['a stream of Node', () => Readable.from(['grü', Buffer.from('ße')])],
  ['a stream of the web', () => new Blob(['grüße']).stream()],
  ['a generator', pieces],
])('%s is whole for all who are given it at once, and is not given again', async (_, make) => {
  const expected = Array(2).fill(Buffer.from('grüße').toString('base64'))
  const stream = make()
  for (const each of await Promise.all([read(stream), read(stream), read(stream)]))
    expect(each?.twice).toEqual(expected)
  await expect(read(stream)).rejects.toMatchObject({ code: 'E_STREAM_TAKEN' })
})

test('is no stream that something else has read from, but may be an iterable that begins anew', async () => {
  const begun = Readable.from(['a', 'b'])
  begun.read()
  const locked = new Blob(['x']).stream()
  locked.getReader()
  for (const stream of [begun, locked])
    await expect(read(stream)).rejects.toMatchObject({ code: 'E_STREAM_TAKEN' })
  const anew = { [Symbol.asyncIterator]: pieces }
  expect(await read(anew)).toEqual(await read(anew))
})

test('of one that gives up waiting for a stream is left to the others', async () => {
  const source = new PassThrough()
  const stop = new AbortController()
  const [one, other] = [read(source, stop.signal), read(source)]
  stop.abort(new Error('enough'))
  await expect(one).rejects.toThrow('enough')
  source.end('x')
  expect((await other)?.size).toBe(1)
})

test('of a pipe comes once, also for those that come later, and nothing is left of one that stays silent', async () => {
  for (const name of ['told', 'silent']) execFileSync('mkfifo', [join(place, name)])
  const writing = once(spawn('sh', ['-c', 'sleep 0.1; echo hello >told'], { cwd: place }), 'exit')
  const all = [await read({ file: 'told' }), ...(await Promise.all([1, 2].map(() => read({ file: 'told' }))))]
  expect(all.map((each) => each?.size)).toEqual([6, 6, 6])
  await writing
  const stop = new AbortController()
  const reading = read({ file: 'silent' }, stop.signal)
  await sleep(20)
  stop.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
  const write = (): number => openSync(join(place, 'silent'), constants.O_WRONLY | constants.O_NONBLOCK)
  await vi.waitFor(() => expect(write).toThrow('ENXIO'))
})

test('of a long stream waits in a file that nobody finds', async () => {
  const temporary = mkdtempSync(join(place, 'tmp-'))
  vi.stubEnv('TMPDIR', temporary)
  try {
    const mebibyte = Buffer.alloc(1024 * 1024, 'x')
    await withInput(
      Readable.from([mebibyte, mebibyte]),
      { directory: place, signal: quiet },
      async (input) => {
        expect(readdirSync(temporary)).toEqual([])
        expect(input && (await buffer(Readable.from(input.chunks()))).length).toBe(2 * mebibyte.length)
      },
    )
  } finally {
    vi.unstubAllEnvs()
  }
})
