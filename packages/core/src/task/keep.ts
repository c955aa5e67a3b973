import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../duration.ts'
import { ViridianError } from '../error.ts'
import type { Session } from '../run/session.ts'
import { Scope } from '../step/scope.ts'
import type { Steps } from '../step/steps.ts'
import { unlessStopped } from './unless-stopped.ts'

const guardEveryMs = 5000
const lookEveryMs = 500

export interface KeepWindow {
  readonly session: Session
  readonly key: string
  readonly parent: string | undefined
  readonly ms: number
  /** When the window ends: recorded, so that a resumed run waits for no more than what is left of it. */
  until(): Promise<string>
  guard?(t: Steps): Promise<void>
}

/**
 * Keeps the way back open for a while. Meanwhile `tasks rollback` of the same run may take it over. A detached run ends
 * here: whoever resumes it has made up their mind, and a last look is all that it waits for. One whose process has died
 * here waits for the rest.
 */
export async function keepOpen(window: KeepWindow): Promise<void> {
  const { session, key, parent, ms } = window
  const { engine, wayBack } = session
  const group = { key, parent, step: 'keep', title: `keep the way back open for ${formatDuration(ms)}` }
  if (engine.planning) return engine.group({ ...group, type: 'move' }, async () => undefined)
  if (session.committed) return
  if (wayBack.detaches) refuseToDetach(window)
  const until = await window.until()
  await wayBack.keep(until)
  const over = wayBack.wasDetachedUntil(until) ? new Date().toISOString() : until
  if (!wayBack.detaches) return engine.group({ ...group, type: 'check' }, () => watch(window, over))
  wayBack.detach()
  // Nothing of the task runs any more in this process.
  return new Promise(() => undefined)
}

async function watch({ session, key, parent, guard }: KeepWindow, until: string): Promise<void> {
  const quiet = new Scope(session, key, true)
  const left = (): number => Date.parse(until) - Date.now()
  const step = { key, ...(parent !== undefined && { parent }) }
  // Of a run that is resumed late nothing is left to wait for: the last look is taken all the same.
  for (let guarded = Date.now(), over = false; !over; ) {
    await sleep(Math.max(0, Math.min(left(), lookEveryMs)), undefined, { signal: session.engine.signal })
    await session.wayBack.look()
    over = left() <= 0
    if (!over && Date.now() - guarded < guardEveryMs) continue
    guarded = Date.now()
    if (guard) await unlessStopped(session.engine.signal, guard(quiet))
    session.emit({
      kind: 'step.progress',
      ...step,
      text: `${formatDuration(Math.ceil(Math.max(0, left()) / 1000) * 1000)} left`,
    })
  }
}

/**
 * Refuses a run that was to end where it keeps its way back open, and keeps it nowhere: what it would go back to is not
 * ended unasked for.
 *
 * @throws ViridianError `E_KEEP_NONE`
 */
export function refuseUnkept({ wayBack, engine }: Session): void {
  if (!wayBack.detaches || engine.planning) return
  throw new ViridianError('E_KEEP_NONE', '--detach, but the task keeps no way back open before its commit', {
    hint: 'say for how long, as the task takes it: --keep-blue 10m; or leave --detach out',
  })
}

function refuseToDetach({ session, parent }: KeepWindow): void {
  if (parent !== undefined)
    throw new ViridianError(
      'E_KEEP_NESTED',
      '--detach ends a run at the t.keep() of the task that was run, not of one that it calls',
      { hint: 'call it there, once all that it calls is done' },
    )
  const { open } = session.engine
  if (open.length === 0) return
  throw new ViridianError('E_KEEP_OPEN', `--detach while steps are not finished: ${open.join(', ')}`, {
    hint: 'await them before t.keep()',
  })
}
