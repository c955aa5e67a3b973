import type { Writable } from 'node:stream'

/**
 * How far a stream's reader has come: a promise that is pending while it is behind, undefined while it is not. Node
 * keeps in memory what is written to a slow pipe.
 */
export function readerOf(stream: Writable): () => Promise<void> | undefined {
  let waiting: Promise<void> | undefined
  return () => {
    if (!stream.writableNeedDrain || stream.destroyed) return undefined
    waiting ??= new Promise<void>((resolve) => {
      const settle = (): void => {
        waiting = undefined
        stream.off('drain', settle).off('close', settle)
        resolve()
      }
      // A reader that goes away never catches up, and is not waited for.
      stream.on('drain', settle).on('close', settle)
    })
    return waiting
  }
}
