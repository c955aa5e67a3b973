import { TimesTaken } from '../journal/times-taken.ts'
import type { RunIdentity } from '../step/definition.ts'
import { inputDigest } from '../step/identity.ts'
import type { HostChoice } from '../task/host-choice.ts'
import type { RunStore } from './store.ts'

/**
 * What the newest run of a task took that succeeded on the same stage and the same choice of hosts; undefined where none is
 * known. What the command line runs without a task is something else each time.
 */
export async function earlierTimes(
  store: RunStore,
  { task, stage }: Pick<RunIdentity, 'task' | 'stage'>,
  choice: HostChoice | undefined,
): Promise<TimesTaken | undefined> {
  const chosen = inputDigest(choice ?? null)
  const records = await store.glance(
    (first, last) =>
      first.kind === 'run.started' &&
      first.task === task &&
      first.stage === stage &&
      first.adHoc !== true &&
      inputDigest(first.choice ?? null) === chosen &&
      last.kind === 'run.finished' &&
      last.status === 'succeeded',
  )
  return records && new TimesTaken(records)
}
