import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { gatherWrites } from './gathered-writes.ts'

test('answers to one piece of data are written as one piece, in their order', async () => {
  const written: string[] = []
  const socket = new Duplex({
    read: () => undefined,
    writev: (chunks, done) => {
      written.push(chunks.map(({ chunk }) => String(chunk)).join('+'))
      done()
    },
  })
  gatherWrites(socket)
  socket.on('data', (data) => {
    socket.write(`${data}: at once`)
    void Promise.resolve().then(() => socket.write('soon'))
  })
  socket.push('one')
  await turn()
  await turn()
  socket.write('by itself')
  socket.push('two')
  await turn()
  await turn()
  expect(written).toEqual(['one: at once+soon', 'by itself', 'two: at once+soon'])
})
