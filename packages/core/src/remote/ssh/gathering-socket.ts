import { Socket } from 'node:net'

// Bytes; larger pieces that wait for each other only fill the memory.
const bulk = 64 * 1024

/**
 * A socket that sends what is written to it in one turn of the event loop as one piece. ssh2 writes each packet in up to
 * three parts: to many hosts at once those writes are most of a client's work.
 */
export class GatheringSocket extends Socket {
  #isGathering = false

  override write(
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ): boolean {
    this.#gather()
    if (this.writableLength >= bulk) {
      this.uncork()
      this.cork()
    }
    return typeof encoding === 'function' ? super.write(chunk, encoding) : super.write(chunk, encoding, done)
  }

  #gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    this.cork()
    // Behind the promises that the turn keeps, and what it brings to all other hosts.
    setImmediate(() => {
      this.#isGathering = false
      this.uncork()
    })
  }
}
