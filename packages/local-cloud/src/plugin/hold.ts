import { timingSafeEqual } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { ViridianError } from '@viridian/core'

export interface Hold {
  release(): void
}

/** Counts who uses the cloud: each user keeps one connection open, which its death closes as well. */
export interface HoldCounter {
  readonly port: number
  close(): void
}

/** Calls `idle` once nobody has held the cloud for `idleMs`, counted from the start; never without `idleMs`. */
export async function countHolds(
  secret: string,
  idleMs: number | undefined,
  idle: () => void,
): Promise<HoldCounter> {
  const connected = new Set<Socket>()
  const holders = new Set<Socket>()
  let ending = false
  const end = (): void => {
    ending = true
    idle()
  }
  const wait = (): NodeJS.Timeout | undefined => (idleMs === undefined ? undefined : setTimeout(end, idleMs))
  let timer = wait()
  const release = (socket: Socket): void => {
    if (!holders.delete(socket) || holders.size > 0) return
    timer = wait()
  }
  const server = createServer((socket) => {
    connected.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => connected.delete(socket))
    socket.once('data', (data) => {
      const [given = '', verb] = data.toString().trim().split(' ')
      if (!same(given, secret)) return socket.destroy()
      if (verb === 'end') return end()
      // Too late: who asks now starts a cloud anew.
      if (ending) return socket.destroy()
      clearTimeout(timer)
      holders.add(socket)
      socket.on('close', () => release(socket))
      socket.write('held\n')
    })
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  return {
    port,
    close() {
      clearTimeout(timer)
      server.close()
      for (const socket of connected) socket.destroy()
    },
  }
}

function same(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Keeps the cloud running until the hold is released, or this process ends. */
export function holdCloud({ port, secret }: { port: number; secret: string }): Promise<Hold> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const refuse = (cause?: unknown): void =>
      reject(
        new ViridianError('E_CLOUD_GONE', 'the local cloud does not answer', {
          cause,
          hint: 'run "tasks cloud down", then try again',
        }),
      )
    socket.once('error', refuse)
    socket.once('close', () => refuse())
    socket.once('data', () => {
      // The run's own end must not wait for this connection.
      socket.unref()
      resolve({ release: () => socket.destroy() })
    })
    socket.write(`${secret} hold\n`)
  })
}

const endsWithinMs = 30_000

/**
 * Asks the cloud to end; resolves when it has closed the connection.
 *
 * @throws ViridianError `E_CLOUD_STUCK`
 */
export function endCloud({ port, secret }: { port: number; secret: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.setTimeout(endsWithinMs, () => {
      const hint = 'its log is .tasks/cloud/cloud.log, its process id stands in .tasks/cloud/lock'
      reject(
        new ViridianError('E_CLOUD_STUCK', `the local cloud has not ended within ${endsWithinMs / 1000} s`, {
          hint,
        }),
      )
      socket.destroy()
    })
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
    socket.write(`${secret} end\n`)
  })
}
