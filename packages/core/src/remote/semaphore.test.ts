import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Semaphore } from './semaphore.ts'

test('lets in as many as it has room for, in turn', async () => {
  const semaphore = new Semaphore(3)
  const order: number[] = []
  let inside = 0
  let most = 0
  const visit = (number: number) =>
    semaphore.run(undefined, async () => {
      order.push(number)
      most = Math.max(most, ++inside)
      await sleep(5)
      inside -= 1
      if (number === 4) throw new Error('four')
    })
  const all = await Promise.allSettled(Array.from({ length: 10 }, (_, number) => visit(number)))
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(most).toBe(3)
  expect(all.map(({ status }) => status).indexOf('rejected')).toBe(4)
})

test('one that waits can leave the queue', async () => {
  const semaphore = new Semaphore(1)
  let leave = (): void => undefined
  const held = new Promise<void>((resolve) => {
    leave = resolve
  })
  const stop = new AbortController()
  const first = semaphore.run(undefined, () => held)
  const second = semaphore.run(stop.signal, async () => 'second')
  const third = semaphore.run(undefined, async () => 'third')
  stop.abort(new Error('enough'))
  await expect(second).rejects.toThrow('enough')
  leave()
  await first
  expect(await third).toBe('third')
})

test('places can be taken away, but for the last one', async () => {
  const gate = new Semaphore(3)
  let inside = 0
  let most = 0
  const enter = (more: () => void = () => undefined) =>
    gate.run(undefined, async () => {
      inside += 1
      most = Math.max(most, inside)
      more()
      await sleep(5)
      inside -= 1
    })
  const shrunk: boolean[] = []
  // The first holder takes a place from itself, as the last to leave does from a free one.
  await Promise.all([enter(() => shrunk.push(gate.shrink())), enter()])
  shrunk.push(gate.shrink(), gate.shrink())
  expect(shrunk).toEqual([true, true, false])
  most = 0
  await Promise.all(Array.from({ length: 4 }, () => enter()))
  expect(most).toBe(1)
})
