import { afterEach, beforeEach, expect, test } from 'vitest'
import { Things } from './things.ts'

let things: Things

beforeEach(async () => {
  things = await Things.open()
})
afterEach(() => things.project.remove())

/** As a later release of the plugin, whose step has changed. */
async function release(from: number, to: number): Promise<void> {
  const config = await things.project.read('tasks.config.ts')
  const version = (n: number): string => `name: 'things/make', version: ${n},`
  await things.project.write('tasks.config.ts', config.replace(version(from), version(to)))
}

test.each([
  ['rollback', 'the run has taken things/make@1, and the plugin brings things/make@2'],
  [
    'resume',
    'the run recorded "make green" (things/make@1) where the task now asks for "make green" (things/make@2)',
  ],
])(
  'a %s with another version of a step says so, names no way that is closed too, and goes well with the first one',
  async (command, message) => {
    const run = await things.crashed()
    await release(1, 2)
    const refused = (await things.project.json([command, run])).last('run.finished')
    expect(refused).toMatchObject({
      exitCode: 3,
      error: {
        message,
        hint: 'install the packages in the versions that the run was begun with, as the lock file of that day says, and give the command once more',
      },
      leftovers: ['make green'],
    })
    expect(things.has('green')).toBe(true)
    expect(await things.newest()).toMatchObject({ run, state: 'crashed', leftovers: ['make green'] })
    await release(2, 1)
    expect(await things.project.tasks(command, run)).toMatchObject({ exitCode: 0 })
    expect(things.has('green')).toBe(command === 'resume')
  },
)

test('what neither goes on nor back with another version of a step can be left', async () => {
  const run = await things.crashed()
  await release(1, 2)
  const refused = await things.project.tasks('rollback', run)
  expect(refused.stdout).toMatch(new RegExp(`^ {2}or end it as it is: tasks leave ${run}$`, 'm'))
  expect(await things.project.tasks('leave', run)).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await things.newest()).toMatchObject({ run, state: 'left' })
})
