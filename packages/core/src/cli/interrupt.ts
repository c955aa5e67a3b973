import { ViridianError } from '../error.ts'
import type { Session } from '../run/session.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

// One end of a terminal or a job comes as several signals: of the kernel, of the shell, to a process and to its group.
const onceMs = 200

/**
 * The first signal stops the run and lets it undo; a second one ends it at once, its journal intact: a later one, which
 * somebody has sent, and no terminal that hangs up.
 */
export function onInterrupt(session: Session, endNow: (signal: NodeJS.Signals) => void): () => void {
  let first: number | undefined
  let again = endNow
  const handle = (signal: NodeJS.Signals): void => {
    if (first !== undefined) {
      if (signal !== 'SIGHUP' && performance.now() - first > onceMs) again(signal)
      return
    }
    first = performance.now()
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
  for (const signal of signals) process.on(signal, handle)
  // The other end of a pipe is gone, as a terminal that hangs up. Each further line fails in the same way, also
  // those that tell of the undo: the listener stays, and acts once.
  let isRead = true
  process.stdout.on('error', () => {
    if (isRead && first === undefined) handle('SIGPIPE')
    isRead = false
  })
  const release = (): void => {
    for (const signal of signals) process.off(signal, handle)
  }
  return () => {
    if (first === undefined) return release()
    // The run may be over before the last of the signals that come together: that one must not end the process in its stead.
    again = (signal) => {
      release()
      process.kill(process.pid, signal)
    }
  }
}
