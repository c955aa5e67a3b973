import { expect, test } from 'vitest'
import { Limiter } from './limiter.ts'

test('at most so many tasks run at once, and all of them run', async () => {
  const limiter = new Limiter(2)
  const ends: (() => void)[] = []
  let running = 0
  let most = 0
  const tasks = Array.from({ length: 5 }, () =>
    limiter.run(async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise<void>((resolve) => ends.push(resolve))
      running -= 1
    }),
  )
  while (ends.length > 0) {
    ends.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(tasks)
  expect(most).toBe(2)
})

test('a task that fails makes room', async () => {
  const limiter = new Limiter(1)
  await expect(limiter.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(limiter.run(async () => 'next')).resolves.toBe('next')
})
