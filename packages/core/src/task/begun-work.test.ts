import { expect, it } from 'vitest'
import { BegunWork } from './begun-work.ts'

const never = (): Promise<void> => new Promise(() => undefined)

it('is missed when it was not awaited', async () => {
  const work = new BegunWork('web-1', new AbortController().signal)
  await work.track('uptime', () => Promise.resolve())
  await expect(work.track('false', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(() => work.refuseOpen()).not.toThrow()
  work.track('sleep 1\nsleep 2', never)
  work.track('put dist /srv', never)
  expect(() => work.refuseOpen()).toThrow(
    expect.objectContaining({
      code: 'E_STEP_UNSETTLED',
      message:
        'web-1: the task returned while commands were not finished: "sleep 1 ⏎ sleep 2", "put dist /srv"',
      place: { host: 'web-1' },
    }),
  )
})

it('ends with the task, also for whoever still waits for it', async () => {
  const work = new BegunWork('web-1', new AbortController().signal)
  const ended = new Promise<never>((_, reject) => {
    work.signal.addEventListener('abort', () => reject(new Error('its own words')))
  })
  const told = expect(work.track('sleep 1', () => ended)).rejects.toMatchObject({ code: 'E_TASK_ENDED' })
  work.end()
  await told
})

it('ends with the run', () => {
  const run = new AbortController()
  const work = new BegunWork('web-1', run.signal)
  const reason = new Error('interrupted')
  run.abort(reason)
  expect(work.signal.reason).toBe(reason)
  expect(new BegunWork('web-2', run.signal).signal.reason).toBe(reason)
})
