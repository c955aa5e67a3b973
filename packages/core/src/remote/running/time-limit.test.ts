import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { timeLimited } from './time-limit.ts'

const late = (): Error => new Error('late')

test('gives what the body gives, in time', async () => {
  expect(await timeLimited(1000, undefined, late, async () => 7)).toBe(7)
  expect(await timeLimited(undefined, undefined, late, async (signal) => signal)).toBeUndefined()
  await expect(timeLimited(1000, undefined, late, () => Promise.reject(new Error('own')))).rejects.toThrow(
    'own',
  )
})

test('does not wait for a body that is late, and tells it', async () => {
  let told: unknown
  const body = async (signal: AbortSignal | undefined): Promise<void> => {
    signal?.addEventListener('abort', () => {
      told = signal.reason
    })
    await sleep(60_000, undefined, { ref: false })
  }
  await expect(timeLimited(5, undefined, late, body)).rejects.toThrow('late')
  expect(told).toMatchObject({ message: 'late' })
})

test('ends with what it is a part of', async () => {
  const outer = new AbortController()
  const ended = timeLimited(60_000, outer.signal, late, () => new Promise(() => undefined))
  outer.abort(new Error('over'))
  await expect(ended).rejects.toThrow('over')
  await expect(timeLimited(1, outer.signal, late, async () => 1)).rejects.toThrow('over')
})
