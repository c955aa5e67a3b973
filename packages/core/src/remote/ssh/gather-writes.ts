import type { Socket } from 'node:net'

type Done = (error?: Error | null) => void

// Bytes; larger pieces that wait for each other only fill the memory.
const bulk = 64 * 1024

/**
 * Has a connected socket send what is written to it in one turn of the event loop as one piece. ssh2 writes each packet in
 * up to three parts: a call of the system, and a packet on the wire, for each.
 */
export function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket)
  let isGathering = false
  const gather = (): void => {
    if (isGathering) return
    isGathering = true
    socket.cork()
    // Behind the promises that the turn keeps, and what it brings to all other hosts.
    setImmediate(() => {
      isGathering = false
      socket.uncork()
    })
  }
  // An override in a class would not last: connect() puts Socket's own in front of it.
  socket.write = (chunk: Uint8Array | string, encoding?: BufferEncoding | Done, done?: Done): boolean => {
    gather()
    if (socket.writableLength >= bulk) {
      socket.uncork()
      socket.cork()
    }
    return typeof encoding === 'function' ? write(chunk, undefined, encoding) : write(chunk, encoding, done)
  }
}
