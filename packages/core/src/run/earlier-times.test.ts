import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import type { RecordOf } from '../journal/record.ts'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { earlierTimes } from './earlier-times.ts'
import { RunStore } from './store.ts'

const deploy = { task: 'deploy', stage: 'local' }
let directory: string
let store: RunStore
let count = 0

beforeEach(async () => {
  directory = await temporaryDirectory()
  store = new RunStore(directory)
  count = 0
})

const fileOf = (run: string): string => join(directory, 'runs', `${run}.jsonl`)

/** A run on record that took so many seconds, newer than those before. */
async function past(
  seconds: number,
  begun: Partial<RecordOf<'run.started'>> = {},
  status: RecordOf<'run.finished'>['status'] | 'open' = 'succeeded',
): Promise<string> {
  count += 1
  const run = `20260101-00000${count}-aaaa`
  const journal = await store.open(run)
  const at = (after: number): string => new Date(Date.UTC(2026, 0, 1) + after * 1000).toISOString()
  const by = { user: 'u', host: 'h', pid: 1 }
  const common = { format: 1 as const, args: {}, plugins: [], locks: [], by }
  await journal.append({ kind: 'run.started', at: at(0), run, ...common, ...deploy, ...begun })
  if (status !== 'open')
    await journal.append({ kind: 'run.finished', at: at(seconds), status, exitCode: 0, leftovers: [] })
  await journal.close()
  return run
}

const whole = async (choice?: { limit: number }): Promise<number | undefined> =>
  (await earlierTimes(store, deploy, choice))?.whole

it('are those of the newest run of the task that succeeded, on the same stage and choice of hosts', async () => {
  expect(await whole()).toBeUndefined()
  await past(1)
  await past(2)
  await past(3, {}, 'failed')
  await past(4, { task: 'other' })
  await past(5, { stage: 'production' })
  await past(6, { choice: { limit: 1 } })
  await past(7, { adHoc: true })
  await past(8, {}, 'open')
  expect(await whole()).toBe(2000)
  expect(await whole({ limit: 1 })).toBe(6000)
  expect(await whole({ limit: 2 })).toBeUndefined()
})

it('are not those of a journal that is damaged or large', async () => {
  await past(1)
  await appendFile(fileOf(await past(2)), 'damaged\n')
  await appendFile(fileOf(await past(3)), ' '.repeat(5 * 1024 * 1024))
  expect(await whole()).toBe(1000)
})
