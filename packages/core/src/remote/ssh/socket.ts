import { connect, type Socket } from 'node:net'
import { gatherWrites } from './gather-writes.ts'

export interface SocketOptions {
  readonly host: string
  readonly port: number
  /** The local address to connect from. */
  readonly localAddress?: string | undefined
  /** 0: any. */
  readonly family: 0 | 4 | 6
  readonly signal: AbortSignal
}

/** Opens a TCP connection with Nagle's algorithm off: with it on, each command takes 44 ms longer. */
export function openSocket({ host, port, localAddress, family, signal }: SocketOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, family, noDelay: true, ...(localAddress && { localAddress }) })
    const abort = (): void => fail(signal.reason)
    const settle = (): void => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
    }
    function fail(error: unknown): void {
      settle()
      // An error that comes after the first one has nobody left to tell.
      socket.on('error', () => undefined)
      socket.destroy()
      reject(error)
    }
    socket.once('error', fail)
    socket.once('connect', () => {
      settle()
      gatherWrites(socket)
      resolve(socket)
    })
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
  })
}
