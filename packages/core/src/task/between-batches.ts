import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../duration.ts'
import type { HostResult } from '../remote/hosts/hosts-error.ts'
import type { Session } from '../run/session.ts'
import { asJson } from '../step/performance.ts'
import type { ArgSpecs } from './args.ts'
import type { TaskContext } from './context.ts'
import type { Spread } from './spread.ts'

export interface BatchContext<Specs extends ArgSpecs> {
  readonly session: Session
  /** The key of the task's call. */
  readonly key: string
  readonly spread: Spread<Specs>
  /** Opens a scope of the task's own under this key. */
  scope(key: string): TaskContext<Specs>
}

/** What happens between two batches: a pause, which a resumed run does not wait out again, and a check, which it repeats. */
export function betweenBatches<Specs extends ArgSpecs>({
  session,
  key,
  spread: { pause: ms, check: look },
  scope,
}: BatchContext<Specs>) {
  if (session.engine.planning) return undefined
  return async (results: readonly HostResult[], left: number): Promise<void> => {
    const ended = results.length
    if (ms !== undefined) await pause(session, key, ms, ended, left)
    const done = results.filter(({ status }) => status === 'done').map(({ host }) => host)
    if (look) await check(session, key, (checkKey) => look(scope(checkKey), done), ended, left)
  }
}

function pause(session: Session, parent: string, ms: number, ended: number, left: number): Promise<unknown> {
  const title = `wait ${formatDuration(ms)}: ${ended} of ${ended + left} hosts are done`
  return session.engine.track(title, () =>
    session.engine.perform({
      key: `${parent}/pause#${ended}`,
      parent,
      // A read is recorded and replayed: the time that was waited is not waited again.
      type: 'read',
      step: 'pause',
      version: 1,
      title,
      input: asJson(ms),
      parse: () => null,
      work: async () => {
        await sleep(ms, undefined, { signal: session.engine.signal })
        return null
      },
    }),
  )
}

function check(
  session: Session,
  parent: string,
  look: (key: string) => Promise<unknown>,
  ended: number,
  left: number,
): Promise<unknown> {
  const key = `${parent}/check#${ended}`
  const title = `check: ${ended} of ${ended + left} hosts are done`
  return session.engine.group({ key, parent, step: 'check', type: 'move', title }, () => look(key))
}
