import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { GatheringSocket } from './gathering-socket.ts'

/** Notes what goes out as one piece. */
class Noted extends GatheringSocket {
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

test('what one turn of the event loop writes goes out as one piece, in its order', async () => {
  const socket = new Noted()
  socket.write('length')
  void Promise.resolve().then(() => socket.write('reaction'))
  socket.write('packet')
  expect(socket.pieces).toEqual([])
  await turn()
  socket.write('later')
  await turn()
  expect(socket.pieces).toEqual([['length', 'packet', 'reaction'], ['later']])
})

test('much of it does not wait for the end of the turn', () => {
  const socket = new Noted()
  const large = 'x'.repeat(40 * 1024)
  for (let piece = 0; piece < 5; piece += 1) socket.write(large)
  expect(socket.pieces).toEqual([
    [large, large],
    [large, large],
  ])
})
