import { z } from 'zod'
import { reportOf, ViridianError } from '../error.ts'
import type { ArgSpecs, ArgValues } from '../task/args.ts'
import { isRemote, type Task } from '../task/task.ts'
import { runLock } from './lock.ts'

const names = z.array(z.string().min(1))

/**
 * What a run locks: itself, and what its task declares.
 *
 * @throws ViridianError `E_TASK_LOCKS`
 */
export const locksOf = (
  { id, task: name }: { readonly id: string; readonly task: string },
  task: Task,
  args: ArgValues<ArgSpecs>,
): readonly string[] => [
  runLock(id),
  ...(isRemote(task) ? [] : new Set(declared(name, () => task.locks(args)))),
]

function declared(task: string, locks: () => unknown): readonly string[] {
  let given: unknown
  try {
    given = locks()
  } catch (cause) {
    const { message, place } = reportOf(cause)
    throw new ViridianError('E_TASK_LOCKS', `the locks of task "${task}" cannot be told: ${message}`, {
      cause,
      ...(place && { place }),
      hint: 'its "locks" in the task file has failed',
    })
  }
  const parsed = names.safeParse(given)
  if (parsed.success) return parsed.data
  throw new ViridianError('E_TASK_LOCKS', `the locks of task "${task}" are no list of names`, {
    hint: 'its "locks" gives one at once, such as [\'group/web\']',
  })
}
