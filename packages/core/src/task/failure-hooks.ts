import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../duration.ts'
import { reportOf, ViridianError } from '../error.ts'
import type { Session } from '../run/session.ts'

/** A call whose task has something to do if the run fails in it. */
export interface OpenCall {
  readonly name: string
  readonly key: string
  /** Runs the hook, in a session that goes on behind the failure. */
  onFailure(session: Session, key: string, error: unknown): Promise<unknown>
}

const failureHookMs = 60_000

/** Runs what calls have to do after the run's failure: the innermost call first, each within its time, and all of them. */
export async function runFailureHooks(session: Session, error: unknown): Promise<void> {
  for (const call of session.openCalls()) {
    const aside = session.aside()
    const title = `on failure of ${call.name}`
    const group = {
      key: `${call.key}/onFailure`,
      parent: undefined,
      step: 'onFailure',
      type: 'move',
      title,
    } as const
    const hook = aside.engine.group(group, () => call.onFailure(aside, group.key, error))
    try {
      await Promise.race([hook, tooLong(title, aside.engine.signal)])
    } catch (failure) {
      session.emit({ kind: 'note', level: 'warning', text: `${title}: ${reportOf(failure).message}` })
    } finally {
      aside.engine.fail(new ViridianError('E_HOOK_ENDED', 'its hook has ended'))
      await aside.close().catch((failure: unknown) => {
        session.emit({ kind: 'note', level: 'warning', text: `${title}: ${reportOf(failure).message}` })
      })
    }
  }
}

async function tooLong(title: string, ended: AbortSignal): Promise<never> {
  await sleep(failureHookMs, undefined, { signal: ended })
  throw new ViridianError('E_HOOK_TIMEOUT', `${title} took longer than ${formatDuration(failureHookMs)}`)
}
