import type { Writable } from 'node:stream'

/**
 * Sends what is answered to a piece of a connection's data as one piece. ssh2 writes each packet by itself, and to many
 * hosts at once those writes are most of a client's work.
 */
export function gatherWrites(socket: Writable): void {
  let isGathering = false
  socket.on('data', () => {
    if (isGathering) return
    isGathering = true
    socket.cork()
    // Behind the promises that the data has kept, and the data of all other hosts that has come by now.
    setImmediate(() => {
      isGathering = false
      socket.uncork()
    })
  })
}
