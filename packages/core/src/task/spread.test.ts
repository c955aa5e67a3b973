import { describe, expect, it } from 'vitest'
import { spreadOf } from './spread.ts'
import type { FanOutSettings } from './task.ts'

const check = async (): Promise<void> => undefined

describe('how a task spreads over its hosts', () => {
  it('is read in full before its first host', () => {
    const settings: FanOutSettings = {
      concurrency: 5,
      batches: { sizes: [1, '20%'], pause: '10s', check },
      maxFailures: '10%',
      onFailure: 'stop',
      timeout: '5m',
      deadline: '1h',
      retry: 2,
    }
    expect(spreadOf(settings)).toEqual({
      fanOut: {
        concurrency: 5,
        batches: [1, '20%'],
        maxFailures: '10%',
        onFailure: 'stop',
        deadline: 3_600_000,
      },
      timeout: 300_000,
      retry: { times: 2, delay: 1_000, backoff: 2 },
      pause: 10_000,
      check,
    })
  })

  it.each<[FanOutSettings['batches'], unknown]>([
    [undefined, undefined],
    [3, [3]],
    ['20%', ['20%']],
    [
      [1, '20%'],
      [1, '20%'],
    ],
    [{ sizes: [2] }, [2]],
  ])('goes by batches of %j', (batches, sizes) => {
    expect(spreadOf({ ...(batches !== undefined && { batches }) }).fanOut.batches).toEqual(sizes)
  })

  it.each([
    [{ batches: { sizes: [1], pause: '10' } }, 'E_DURATION', 'batches.pause: "10" is not', /unit/],
    [{ batches: { sizes: [1], pause: '40d' } }, 'E_DURATION', 'batches.pause: 40d is too long', /24 days/],
    [{ batches: [0] }, 'E_TASK_SETTING', 'batches: "0" is no number of hosts', /1 or more/],
    [{ batches: [1, '0%'] }, 'E_TASK_SETTING', 'batches: "0%" is no number of hosts', /share/],
    [{ batches: { sizes: [1], check: 'x' } }, 'E_TASK_SETTING', 'batches.check is no function', /async/],
    [
      { batches: { sizes: [1], puase: '10s' } },
      'E_TASK_SETTING',
      'batches.puase is no',
      /did you mean pause/,
    ],
    [{ batches: { pause: '10s' } }, 'E_TASK_SETTING', 'batches: there are no sizes', /sizes: \[1/],
    [{ batches: { sizes: [] } }, 'E_TASK_SETTING', 'batches: there are no sizes', /sizes: \[1/],
    [{ batches: { sizes: '20%' } }, 'E_TASK_SETTING', 'batches: there are no sizes', /sizes: \[1/],
    [{ batches: null }, 'E_TASK_SETTING', 'batches: there are no sizes', /sizes: \[1/],
    [{ batches: [] }, 'E_TASK_SETTING', 'batches: there are no sizes', /sizes: \[1/],
    [{ batches: 'all' }, 'E_HOST_COUNT', 'batches: "all" is no number of hosts', /20%/],
    [{ batches: [1, 1.5] }, 'E_HOST_COUNT', 'batches: "1.5" is no number of hosts', /20%/],
    [{ maxFailures: '101%' }, 'E_HOST_COUNT', 'maxFailures: "101%" is no number of hosts', /20%/],
    [{ maxFailures: 'few' }, 'E_HOST_COUNT', 'maxFailures: "few" is no number of hosts', /20%/],
    [{ concurrency: 0 }, 'E_TASK_SETTING', 'concurrency: "0" is no number', /1 or more/],
    [{ concurrency: '5' }, 'E_TASK_SETTING', 'concurrency: "5" is no number', /1 or more/],
    [{ onFailure: 'stopp' }, 'E_TASK_SETTING', 'onFailure: there is no "stopp"', /did you mean stop/],
    [{ timeout: 'soon' }, 'E_DURATION', 'timeout: "soon" is not', /unit/],
    [{ deadline: '40d' }, 'E_DURATION', 'deadline: 40d is too long', /24 days/],
    [{ retry: { times: 2, delay: '3' } }, 'E_DURATION', 'retry.delay: "3" is not', /unit/],
    [{ retry: -1 }, 'E_COMMAND_OPTION', 'retry is a number of tries', /retry: 3/],
    [{ retry: { times: 2, dealy: '3s' } }, 'E_COMMAND_OPTION', 'retry is a number of tries', /retry: 3/],
  ])('is refused with %j', (settings, code, message, hint) => {
    // As a task file in JavaScript may have it.
    expect(() => spreadOf(settings as FanOutSettings)).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(message),
        hint: expect.stringMatching(hint),
      }),
    )
  })
})
