import { expect, test } from 'vitest'
import { awaited, lastAwaited } from './awaited.ts'

test('names what was begun last of all that goes on', async () => {
  const named: string[] = []
  await awaited('outer', async () => {
    await awaited('inner', () => named.push(lastAwaited()))
    const failed = awaited('failing', () => Promise.reject(new Error('no')))
    named.push(lastAwaited())
    await failed.catch(() => named.push(lastAwaited()))
  })
  expect([...named, lastAwaited()]).toEqual(['inner', 'failing', 'outer', 'the command'])
})
