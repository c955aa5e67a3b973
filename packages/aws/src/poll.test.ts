import { ViridianError } from '@viridian/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { lookFor, poll } from './poll.ts'
import { testContext } from './testing/step-context.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** Lets a look take so long, on the faked clock. */
const pass = (ms: number): unknown => vi.advanceTimersByTime(ms)

test('it looks at once, says once what it waits for, and gives what was waited for', async () => {
  const c = testContext()
  const looks = [{ waiting: 'one of two' }, { waiting: 'one of two' }, { done: 'both' }]
  const seen = await poll(c, {
    what: 'two',
    deadlineMs: 10_000,
    look: async () => looks.shift() ?? { done: 'too late' },
  })
  expect(seen).toBe('both')
  expect(c.said).toEqual(['one of two'])
})

test('it looks when what it waits for can be there, and its pauses do not grow beyond that', async () => {
  const looks = Array.from({ length: 9 }, () => ({ waiting: 'a while', forMs: 10 }))
  await poll(testContext(), {
    what: 'silence',
    deadlineMs: 60_000,
    // With pauses that grow it would take 19 seconds, and this test has no more than 10.
    look: async () => looks.shift() ?? { done: undefined },
  })
}, 10_000)

test('the deadline says what it was still waiting for', async () => {
  const look = async () => {
    pass(6_000)
    return { waiting: 'i-2 is pending' }
  }
  await expect(
    poll(testContext(), { what: '2 running', deadlineMs: 10_000, look, hint: 'wait' }),
  ).rejects.toMatchObject({
    code: 'E_WAIT_TIMEOUT',
    message: '2 running: not so after 10s; still i-2 is pending',
    hint: 'wait',
  })
})

test('a run that stops ends the wait with its own reason', async () => {
  const stop = new AbortController()
  const reason = new ViridianError('E_RUN_STOPPED', 'stopped')
  const waiting = poll(testContext({ signal: stop.signal }), {
    what: 'never',
    deadlineMs: 10_000,
    look: async () => {
      queueMicrotask(() => stop.abort(reason))
      return { waiting: 'never' }
    },
  })
  await expect(waiting).rejects.toBe(reason)
})

test('a look that throws ends the wait', async () => {
  const look = () => Promise.reject(new Error('in vain'))
  await expect(poll(testContext(), { what: 'x', deadlineMs: 10_000, look })).rejects.toThrow('in vain')
})

test('what is slow to show is looked for until the time is over', async () => {
  const shown = [undefined, 'there']
  expect(await lookFor(testContext(), async () => shown.shift())).toBe('there')
  const never = async () => {
    pass(6_000)
    return undefined
  }
  expect(await lookFor(testContext(), never)).toBeUndefined()
})
