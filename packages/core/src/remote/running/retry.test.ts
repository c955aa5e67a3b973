import { expect, test } from 'vitest'
import { ViridianError } from '../../error.ts'
import { type Retry, withRetry } from './retry.ts'

const failed = (code = 'E_COMMAND_FAILED') => new ViridianError(code, 'web-1: "curl x" failed\n  said this')

async function attempts(retry: number | Retry | undefined, errors: unknown[], signal?: AbortSignal) {
  const said: string[] = []
  let count = 0
  const attempt = async (): Promise<string> => {
    count += 1
    if (errors.length > 0) throw errors.shift()
    return 'done'
  }
  const around = { signal: signal ?? new AbortController().signal, say: (text: string) => said.push(text) }
  const end = await withRetry(retry, around, attempt).catch((error: unknown) => error)
  return { end, count, said }
}

test('tries as often as it is told, longer apart each time, and says so', async () => {
  const errors = [failed(), failed('E_COMMAND_TIMEOUT')]
  expect(await attempts({ times: 2, delay: '20ms', backoff: 3 }, errors)).toEqual({
    end: 'done',
    count: 3,
    said: ['web-1: "curl x" failed; try 2 of 3 in 20ms', 'web-1: "curl x" failed; try 3 of 3 in 60ms'],
  })
})

test('gives up with the last failure', async () => {
  const last = failed('E_HOST_LOST')
  expect(await attempts({ times: 1, delay: 0 }, [failed(), last])).toMatchObject({ end: last, count: 2 })
  expect(await attempts(undefined, [last])).toMatchObject({ end: last, count: 1, said: [] })
})

test('tries nothing again that another try cannot mend', async () => {
  for (const error of [failed('E_HOST_AUTH'), failed('E_COMMAND_ABORTED'), new Error('bug')]) {
    expect(await attempts(5, [error])).toMatchObject({ end: error, count: 1 })
  }
})

test('is stopped by an abort, also between tries', async () => {
  const stop = new AbortController()
  const running = attempts({ times: 1, delay: '1h' }, [failed(), failed('E_COMMAND_ABORTED')], stop.signal)
  setTimeout(() => stop.abort(), 20)
  expect(await running).toMatchObject({ end: { code: 'E_COMMAND_ABORTED' }, count: 2 })
})

test.each([-1, 1.5, Number.NaN, { times: 1, backoff: 0 }])('refuses %s', async (retry) => {
  expect(await attempts(retry, [])).toMatchObject({ end: { code: 'E_COMMAND_OPTION' }, count: 0 })
})
