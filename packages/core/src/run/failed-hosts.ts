import { ViridianError } from '../error.ts'
import type { RunHistory } from '../journal/history.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { RunStore } from './store.ts'

export interface FailedRun {
  readonly stage: string
  /** Left out: any task, and what the command line has run without one. */
  readonly task?: string
}

/**
 * The hosts that the last run on a stage has failed on, or has not reached. A run that was refused before it had any is no
 * last one.
 *
 * @throws ViridianError `E_RUN_NONE` when no such run is on record, or it has failed on no host
 */
export async function failedHosts(store: RunStore, { stage, task }: FailedRun): Promise<readonly HostSpec[]> {
  const of = task === undefined ? '' : ` of "${task}"`
  for await (const history of store.newest()) {
    const { started } = history
    if (started.stage !== stage || (task !== undefined && started.task !== task)) continue
    if ([...history.hosts.values()].flat().length === 0) continue
    const hosts = failedHostsOf(history)
    if (hosts.length > 0) return hosts
    throw none(`run ${started.run}, the last one${of} on stage "${stage}", has failed on no host`)
  }
  throw none(`no run${of} on hosts is on record on stage "${stage}"`)
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
