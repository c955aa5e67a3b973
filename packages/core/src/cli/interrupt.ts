import { ViridianError } from '../error.ts'
import type { Session } from '../run/session.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first signal stops the run and lets it undo; a second one ends it at once, its journal intact. */
export function onInterrupt(session: Session, endNow: (signal: string) => void): () => void {
  let seen = 0
  const handle = (signal: NodeJS.Signals): void => {
    seen += 1
    if (seen > 1) {
      endNow(signal)
      return
    }
    session.emit({
      kind: 'note',
      level: 'warning',
      text: `${signal}: stopping${session.committed ? '' : ', then putting back what its steps have made'}; once more to stop at once`,
    })
    const hint =
      'what its steps had made is put back, what its commands did is not: run it again when you like'
    session.engine.fail(
      new ViridianError('E_INTERRUPTED', `interrupted by ${signal}`, session.committed ? {} : { hint }),
    )
  }
  for (const signal of signals) process.on(signal, handle)
  // The other end of a pipe is gone, as a terminal that hangs up. Each further line fails in the same way, also
  // those that tell of the undo: the listener stays, and acts once.
  let isRead = true
  process.stdout.on('error', () => {
    if (isRead && seen === 0) handle('SIGPIPE')
    isRead = false
  })
  return () => {
    for (const signal of signals) process.off(signal, handle)
  }
}
