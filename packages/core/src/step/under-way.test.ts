import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { UndoUnderWay } from './under-way.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('gives an undo two hours where nothing else is said, and no more', async () => {
  const ended: unknown[] = []
  const taken = new UndoUnderWay().take('launch green', undefined, () => new Promise(() => undefined))
  taken.catch((error: unknown) => ended.push(error))
  await vi.advanceTimersByTimeAsync(2 * 3_600_000 - 1)
  expect(ended).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toMatchObject([
    { code: 'E_UNDO_TIMEOUT', message: 'the undo of "launch green" has not ended after 2h' },
  ])
})
