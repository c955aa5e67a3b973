import { placeOfCaller, ViridianError } from '../error.ts'
import { isTask } from './task.ts'

const hints: Readonly<Record<string, string>> = {
  undefined:
    'files that import each other have nothing to give at first: put what both need into a third one',
  function: 'give it what task() or remoteTask() has made; a plain function is called as it is',
  string: 'give it what task() or remoteTask() has made, and not a name: t.run(restart)',
}

/**
 * Sees that what `t.run` was given is a task: what no compiler has seen may be anything.
 *
 * @throws ViridianError `E_TASK_NONE`
 */
export function requireTask(given: unknown): void {
  if (isTask(given)) return
  throw new ViridianError('E_TASK_NONE', `t.run was given ${kindOf(given)}, not a task`, {
    hint: hints[typeof given] ?? 'give it what task() or remoteTask() has made',
    place: placeOfCaller(),
  })
}

/**
 * Sees that what `t.secret` was given is a text: a variable that is not set is nothing that could be masked.
 *
 * @throws ViridianError `E_SECRET`
 */
export function requireText(given: unknown): void {
  if (typeof given === 'string') return
  throw new ViridianError('E_SECRET', `t.secret was given ${kindOf(given)}, not a text`, {
    hint: 'is the variable set that it comes from?',
    place: placeOfCaller(),
  })
}

function kindOf(given: unknown): string {
  if (given === undefined || given === null) return String(given)
  return typeof given === 'object' ? 'an object' : `a ${typeof given}`
}
