import { setImmediate as turn } from 'node:timers/promises'
import { ViridianError } from '../error.ts'

/** Listens for output that cannot be written. What it gives back tells, at the command's end, what became of it. */
export function onLostOutput(): () => Promise<ViridianError | undefined> {
  let cause: Error | undefined
  process.stdout.on('error', (error) => {
    cause ??= error
  })
  // Of messages that cannot be written, nobody can be told.
  process.stderr.on('error', () => undefined)
  return async () => {
    // A write's failure is told a moment later.
    await turn()
    // A reader who has seen enough, as `head` has, is no failure.
    if (!cause || ('code' in cause && cause.code === 'EPIPE')) return undefined
    return new ViridianError('E_OUTPUT', `standard output cannot be written: ${cause.message}`, {
      cause,
      hint: 'run the command again where there is room; what a run has done, `tasks runs` tells',
    })
  }
}
