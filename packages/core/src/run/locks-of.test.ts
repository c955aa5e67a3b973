import { expect, test } from 'vitest'
import { ViridianError } from '../error.ts'
import { remoteTask, task } from '../task/task.ts'
import { locksOf } from './locks-of.ts'

const run = { id: 'r1', task: 'deploy' }
const locking = (locks: unknown) => ({ ...task({}, async () => {}), locks: () => locks as readonly string[] })

test('a run locks itself, and once each what its task declares', () => {
  expect(locksOf(run, locking(['group/web', 'dns', 'dns']), {})).toEqual(['run/r1', 'group/web', 'dns'])
  expect(
    locksOf(
      run,
      remoteTask({ role: 'web' }, async () => {}),
      {},
    ),
  ).toEqual(['run/r1'])
})

test.each(['group/web', [42], [''], undefined, Promise.resolve(['group/web'])])(
  '%j is no list of locks',
  (given) => {
    expect(() => locksOf(run, locking(given), {})).toThrow(
      expect.objectContaining({
        code: 'E_TASK_LOCKS',
        message: 'the locks of task "deploy" are no list of names',
      }),
    )
  },
)

test('locks that cannot be told say why', () => {
  const failing = task(
    {
      locks: () => {
        throw new ViridianError('E_ANY', 'not now')
      },
    },
    async () => {},
  )
  expect(() => locksOf(run, failing, {})).toThrow('the locks of task "deploy" cannot be told: not now')
})
