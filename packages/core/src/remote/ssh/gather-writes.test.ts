import { once } from 'node:events'
import { connect, createServer, Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatherWrites } from './gather-writes.ts'
import { openSocket } from './socket.ts'

const server = createServer((socket) => socket.resume())
let port = 0

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  port = address.port
})

afterAll(() => server.close())

/** Notes what goes out as one piece. */
class Noted extends Socket {
  readonly pieces: string[][] = []

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.pieces.push([chunk.toString()])
    done()
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: () => void): void {
    this.pieces.push(chunks.map(({ chunk }) => chunk.toString()))
    done()
  }
}

async function noted(): Promise<Noted> {
  const socket = new Noted()
  await once(socket.connect(port, '127.0.0.1'), 'connect')
  gatherWrites(socket)
  return socket
}

test('what one turn of the event loop writes goes out as one piece, in its order', async () => {
  const socket = await noted()
  socket.write('length')
  void Promise.resolve().then(() => socket.write('reaction'))
  socket.write('packet')
  expect(socket.pieces).toEqual([])
  await turn()
  socket.write('later')
  await turn()
  expect(socket.pieces).toEqual([['length', 'packet', 'reaction'], ['later']])
  socket.destroy()
})

test('much of it does not wait for the end of the turn', async () => {
  const socket = await noted()
  const large = 'x'.repeat(40 * 1024)
  for (let piece = 0; piece < 5; piece += 1) socket.write(large)
  expect(socket.pieces).toEqual([
    [large, large],
    [large, large],
  ])
  socket.destroy()
})

test('the sockets to hosts do so', async () => {
  const { signal } = new AbortController()
  const socket = await openSocket({ host: '127.0.0.1', port, family: 0, signal })
  socket.write('length')
  expect(socket.writableCorked).toBe(1)
  await turn()
  expect(socket.writableCorked).toBe(0)
  socket.destroy()
})

test('says when a piece has gone', async () => {
  const plain = connect(port, '127.0.0.1')
  await once(plain, 'connect')
  gatherWrites(plain)
  await new Promise<void>((resolve) => plain.write('to the end', () => resolve()))
  await new Promise<void>((resolve) => plain.write('to the end', 'utf8', () => resolve()))
  expect(plain.writableLength).toBe(0)
  plain.destroy()
})
