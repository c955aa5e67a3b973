import type { Duplex } from 'node:stream'

// Large pieces that wait for each other only fill the memory.
const bulk = 64 * 1024

/**
 * Sends what is answered to a piece of a connection's data as one piece, until the first time that this is much. ssh2
 * writes each packet in up to three parts: to many hosts at once those writes are most of a client's work.
 */
export function gatherWrites(socket: Duplex): void {
  let isGathering = false
  const gather = (): void => {
    if (isGathering) return
    isGathering = true
    socket.cork()
    // Behind the promises that the data has kept, and the data of all other hosts that has come by now.
    setImmediate(() => {
      isGathering = false
      if (socket.writableLength > bulk) socket.off('data', gather)
      socket.uncork()
    })
  }
  socket.on('data', gather)
}
