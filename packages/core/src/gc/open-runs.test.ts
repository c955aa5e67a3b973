import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JournalRecord } from '../journal/record.ts'
import { RunStore } from '../run/store.ts'
import { Registry } from '../step/registry.ts'
import { makeThing, World } from '../testing/engine-bench.ts'
import { readOpenRuns } from './open-runs.ts'

let stateDirectory: string
const run = '20260101-000000-abcd'
const at = '2026-01-01T00:00:00.000Z'

beforeAll(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'viridian-'))
  await record(
    {
      ...{ kind: 'run.started', at, format: 1, run, task: 'test', stage: 'local', args: {}, plugins: [] },
      ...{ locks: [], by: { user: 'ada', host: 'elsewhere', pid: 1 } },
    },
    {
      ...{ kind: 'step.intended', key: 'a', at, step: 'test/make', version: 1, type: 'change' },
      ...{ title: 'make a', digest: '', input: { name: 'a' }, before: { count: 3 }, token: 'a' },
    },
  )
})

afterAll(() => rm(stateDirectory, { recursive: true }))

async function record(...records: JournalRecord[]): Promise<void> {
  const journal = await new RunStore(stateDirectory).open(run)
  for (const each of records) await journal.append(each)
  await journal.close()
}

const restoring = makeThing(new World(), { restores: ({ name }, { count }) => [`${name}/${count}`] })

async function read(...steps: (typeof restoring)[]) {
  const warnings: string[] = []
  const registry = new Registry([{ name: 'test', module: 'test', settings: null, steps }])
  const open = await readOpenRuns({ stateDirectory, registry, warn: (text) => warnings.push(text) })
  return { ...open, warnings }
}

test('what an open run would go back to is known from its journal, and from its plugins', async () => {
  const why = `is not finished: tasks rollback ${run}`
  expect(await read(restoring)).toEqual({
    ...{ runs: { [run]: `its run ${why}` }, warnings: [] },
    restores: { 'a/3': `run ${run} may go back to it, and ${why}` },
  })
  expect(await read()).toMatchObject({
    restores: {},
    warnings: [expect.stringMatching(/what run .* would go back to cannot be told.* no plugin brings/)],
  })
})

test('a run whose lock cannot be read may go on', async () => {
  const file = join(stateDirectory, 'locks', `run%2F${run}.json`)
  await mkdir(join(stateDirectory, 'locks'))
  await writeFile(file, '')
  expect(await read(restoring)).toMatchObject({
    runs: { [run]: expect.stringMatching(/^its run may go on: a lock cannot be read/) },
    restores: { 'a/3': expect.stringContaining('may go on') },
  })
  await rm(file)
})

test('what is undone is not gone back to again', async () => {
  await record({ kind: 'step.undone', key: 'a', at })
  expect((await read(restoring)).restores).toEqual({})
})
