import { expectTypeOf, it } from 'vitest'
import type { HostValues, TaskContext } from './context.ts'
import { remoteTask, type Task, task } from './task.ts'

const count = task({ args: { of: 'string' } }, async () => 3)
const build = task({}, async () => undefined)
const restart = remoteTask({ role: 'web', args: { service: 'string' } }, async () => 'up')
const pick = remoteTask({ role: 'web', once: true }, async (host) => host.name)
const all: readonly Task[] = [count, restart]

/** Only the compiler reads what stands in here. */
const calls = async (t: TaskContext): Promise<void> => {
  expectTypeOf(await t.run(count)).toEqualTypeOf<number>()
  expectTypeOf(await t.run(build)).toEqualTypeOf<undefined>()
  expectTypeOf(await t.run(restart, { service: 'web' }, { batches: [1, '20%'] })).toEqualTypeOf<
    HostValues<string>
  >()
  expectTypeOf(await t.run(pick, {}, { hosts: ['web-1'] })).toEqualTypeOf<string>()
  for (const each of all) expectTypeOf(await t.run(each)).toBeUnknown()
  // @ts-expect-error of another type
  await t.run(restart, { service: 5 })
  // @ts-expect-error an argument that it does not have
  await t.run(restart, { servic: 'web' })
  // @ts-expect-error a setting that there is not
  await t.run(restart, {}, { batch: 1 })
  // @ts-expect-error it runs on no hosts
  await t.run(build, {}, { hosts: ['web-1'] })
}

it('gives calls the types of what is called', () => expectTypeOf(calls).toBeFunction())
