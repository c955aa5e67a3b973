import { ViridianError } from '../error.ts'
import type { Session } from '../run/session.ts'
import { EndSignals } from './end-signals.ts'

/** The first signal stops the run and lets it undo; a second one ends it at once, its journal intact. */
export function onInterrupt(session: Session, endNow: (signal: NodeJS.Signals) => void): () => void {
  const stop = (signal: NodeJS.Signals): void => {
    const goesBack = !session.committed && !session.engine.planning
    session.emit({
      kind: 'note',
      level: 'warning',
      text: `${signal}: stopping${goesBack ? ', then putting back what its steps have made' : ''}; once more to stop at once`,
    })
    const hint =
      'what its steps had made is put back, what its commands did is not: run it again when you like'
    session.engine.fail(
      new ViridianError('E_INTERRUPTED', `interrupted by ${signal}`, goesBack ? { hint } : {}),
    )
  }
  const signals = new EndSignals(stop, endNow)
  // The other end of a pipe is gone, as a terminal that hangs up. Each further line fails in the same way, also
  // those that tell of the undo: the listener stays, and acts once.
  let isRead = true
  process.stdout.on('error', () => {
    if (isRead && !signals.came) signals.take('SIGPIPE')
    isRead = false
  })
  return () => signals.release()
}
