import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * Joins two connections: bytes both ways, each at the pace of its reader, and the end of each direction for itself. What
 * breaks off on one side breaks off on the other.
 *
 * @param isCut - true when an end that has come is none, but the loss of what carried it
 * @returns resolves when both have closed
 */
export function splice(one: Duplex, other: Duplex, isCut: () => boolean): Promise<void> {
  const pass = (from: Duplex, to: Duplex): Promise<void> => {
    let isWhole = false
    from.pipe(to, { end: false })
    from.once('end', () => {
      isWhole = !isCut()
      if (isWhole) to.end()
      else cut(to)
    })
    // What is left of a failure is told by the close that follows.
    from.on('error', () => cut(to))
    return new Promise((resolve) => {
      from.once('close', () => {
        if (!isWhole || isCut()) cut(to)
        resolve()
      })
    })
  }
  return Promise.all([pass(one, other), pass(other, one)]).then(() => undefined)
}

/** Ends a connection so that its peer cannot take it for a whole one, where that can be said. */
export function cut(connection: Duplex): void {
  // Unix sockets cannot be reset.
  if (connection instanceof Socket && connection.remoteAddress !== undefined) connection.resetAndDestroy()
  else connection.destroy()
}
