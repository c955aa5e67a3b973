import { reportOf } from '../error.ts'
import type { Session } from '../run/session.ts'

/**
 * A promise that fails before the task came to await it, or that nobody awaits, fails the run like any other: it must
 * not end the process, which has something to undo.
 */
export function onStrayFailure(session: Session): () => void {
  const handle = (reason: unknown): void => {
    const { signal, failure } = session.engine
    if (!signal.aborted) session.engine.fail(reason)
    else if (reason !== failure && reason !== signal.reason)
      session.emit({ kind: 'note', level: 'warning', text: `beside the task: ${reportOf(reason).message}` })
  }
  process.on('unhandledRejection', handle)
  return () => process.off('unhandledRejection', handle)
}
