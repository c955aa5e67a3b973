import { definedIn } from '../defined.ts'
import { ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'
import type { ArgSpecs } from './args.ts'
import { type CallSettings, isRemote, type Task } from './task.ts'

const members = Object.keys({
  hosts: true,
  concurrency: true,
  batches: true,
  maxFailures: true,
  onFailure: true,
  timeout: true,
  deadline: true,
  retry: true,
} satisfies Record<keyof Required<CallSettings>, true>)

/**
 * What a call of a task asks for this time, as it was given; what no compiler has seen may hold anything.
 *
 * @throws ViridianError `E_TASK_SETTING`
 */
export function callSettings<Specs extends ArgSpecs, Result>(
  name: string,
  task: Task<Specs, Result>,
  given: CallSettings<Specs>,
): CallSettings<Specs> {
  const settings = definedIn(given)
  const [first] = Object.keys(settings)
  if (first !== undefined && !isRemote(task))
    throw new ViridianError(
      'E_TASK_SETTING',
      `the call of ${name} sets ${first}, and ${name} runs on no hosts`,
      {
        hint: 'settings are for calls of remote tasks: leave them out',
      },
    )
  const stray = Object.keys(settings).find((member) => !members.includes(member))
  if (stray !== undefined)
    throw new ViridianError('E_TASK_SETTING', `the call of ${name}: ${stray} is no setting`, {
      hint: suggestion(stray, members) ?? `there are ${members.join(', ')}`,
    })
  return settings
}
