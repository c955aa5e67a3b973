import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { idOf, Things } from './things.ts'

let things: Things

beforeEach(async () => {
  things = await Things.open()
})
afterEach(() => things.project.remove())

const put = (name: string): Promise<void> => things.project.write(name, '')
const take = (name: string): Promise<void> => rm(join(things.project.directory, name))

test('what fails where the way back is closed stays whole, until it is open', async () => {
  await put('closed')
  const failed = await things.project.tasks('run', 'deploy', '--bad')
  expect(failed).toMatchObject({ exitCode: 3 })
  expect(failed.stdout).toMatch(/^! nothing is taken back: E_CLOSED: green cannot go$/m)
  expect(failed.stdout).toMatch(/^! open it; to go on in place of that: tasks resume \S+$/m)
  expect(things.has('green')).toBe(true)
  expect(await things.newest()).toMatchObject({ state: 'failed-dirty', leftovers: ['make green'] })
  await take('closed')
  expect(await things.project.tasks('rollback')).toMatchObject({ exitCode: 0 })
  expect(things.has('green')).toBe(false)
})

test('what is kept is left alone by a rollback that finds its way closed, and goes on', async () => {
  const kept = await things.project.json(['run', 'deploy', '--keep', '10m', '--detach'])
  await put('closed')
  const back = await things.project.tasks('rollback')
  expect(back).toMatchObject({ exitCode: 3 })
  expect(back.stdout).toMatch(
    new RegExp(`^hint: open it; to go on in place of that: tasks resume ${idOf(kept)}$`, 'm'),
  )
  expect(await things.newest()).toMatchObject({ state: 'kept' })
  expect(await things.project.tasks('run', 'deploy')).toMatchObject({ exitCode: 4 })
  expect(await things.project.tasks('resume', idOf(kept))).toMatchObject({ exitCode: 0 })
  const runs = await things.runs()
  expect(runs.find(({ run }) => run === idOf(kept))).toMatchObject({ state: 'succeeded' })
})

test('what can neither go on nor go back is ended as it is, by the command that its end names', async () => {
  await put('stuck')
  const failed = await things.project.tasks('run', 'deploy', '--bad')
  const run = /^ {2}or end it as it is: tasks leave (\S+)$/m.exec(failed.stdout)?.[1] ?? ''
  expect(await things.project.tasks('rollback', run)).toMatchObject({ exitCode: 3 })
  const onward = await things.project.tasks('resume', run)
  expect(onward.stderr).toMatch(new RegExp(`Where it cannot, "tasks leave ${run}" ends it as it is`))
  const left = await things.project.tasks('leave', run)
  expect(left).toMatchObject({ exitCode: 0, stderr: '' })
  expect(left.stdout).toMatch(
    /^deploy is over, and stays as it is · run \S+\n {2}- the thing green\n.*tasks gc$/m,
  )
  expect(await things.newest()).toMatchObject({ run, state: 'left', leftovers: [], remedy: null })
  const none = await things.project.tasks('rollback')
  expect(none.stderr).toMatch(/^E_RUN_NONE/m)
  const again = await things.project.tasks('leave', run)
  expect(again).toMatchObject({ exitCode: 2 })
  expect(again.stderr).toMatch(/^E_RUN_ENDED: run \S+ is over \(left\): there is nothing to leave$/m)
  // Whoever thinks better of it names the run.
  await take('stuck')
  expect(await things.project.tasks('rollback', run)).toMatchObject({ exitCode: 0 })
  expect(things.has('green')).toBe(false)
})

test('a kept run that is left lets go of its locks', async () => {
  const kept = await things.project.json(['run', 'deploy', '--keep', '10m', '--detach'])
  expect(await things.project.tasks('run', 'deploy')).toMatchObject({ exitCode: 4 })
  const left = await things.project.json(['leave', idOf(kept)])
  expect(left.events).toMatchObject([{ kind: 'run.finished', status: 'left', remedy: 'tasks gc' }])
  expect(await things.project.tasks('run', 'deploy')).toMatchObject({ exitCode: 0 })
})

test("a run that is left lets another one's lock be, which it has lost since", async () => {
  const run = await things.crashed()
  let left: Promise<unknown> | undefined
  const other = await things.once(
    () => {
      left = things.project.tasks('leave', run)
    },
    '--wait',
    '8s',
  )
  expect(await left).toMatchObject({ exitCode: 0, stderr: '' })
  expect(other.last('run.finished')).toMatchObject({ status: 'succeeded' })
  expect((await things.runs()).find((each) => each.run === run)).toMatchObject({ state: 'left' })
})
