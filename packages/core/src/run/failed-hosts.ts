import { ViridianError } from '../error.ts'
import type { RunHistory } from '../journal/history.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { RunStore } from './store.ts'

export interface FailedRun {
  readonly stage: string
  /** Left out: the newest run of any task that has failed on a host. */
  readonly task?: string
}

/**
 * The hosts that a task's last run on a stage has failed on, or has not reached.
 *
 * @throws ViridianError `E_RUN_NONE` when no such run is on record, or it has failed on no host
 */
export async function failedHosts(store: RunStore, { stage, task }: FailedRun): Promise<readonly HostSpec[]> {
  for await (const history of store.newest()) {
    const { started } = history
    if (started.stage !== stage || (task !== undefined && started.task !== task)) continue
    const hosts = failedHostsOf(history)
    if (hosts.length > 0) return hosts
    if (task !== undefined)
      throw none(`run ${started.run}, the last one of "${task}" on stage "${stage}", has failed on no host`)
  }
  const what = task === undefined ? 'that has failed on a host' : `of "${task}"`
  throw none(`no run ${what} is on record on stage "${stage}"`)
}

const none = (message: string): ViridianError =>
  new ViridianError('E_RUN_NONE', message, { hint: 'run "tasks runs" to see them; leave --failed out' })

/** Each host once that any of a run's remote tasks was called on and is not done on. */
export function failedHostsOf({ hosts, steps }: RunHistory): readonly HostSpec[] {
  const failed = new Map<string, HostSpec>()
  for (const [key, called] of hosts)
    for (const host of called)
      if (steps.get(`${key}/${host.name}`)?.outcome?.kind !== 'step.done') failed.set(host.name, host)
  return [...failed.values()]
}
