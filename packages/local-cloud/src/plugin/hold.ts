import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'

export interface Hold {
  /** Resolves when the cloud has let go by itself: it has ended, or died. */
  readonly lost: Promise<void>
  release(): void
}

/** Where a cloud is held open, and what it and its users know each other by. */
export const holdPlace = z.object({ port: z.number(), secret: z.string() })

export type HoldPlace = z.infer<typeof holdPlace>

/** Counts who uses the cloud: each user keeps one connection open, which its death closes as well. */
export interface HoldCounter {
  readonly place: HoldPlace
  /** From now on nobody's holding it counts. */
  start(): void
  close(): void
}

/** Calls `idle` once nobody has held the cloud for `idleMs`, counted from `start`; never without `idleMs`. */
export async function countHolds(idleMs: number | undefined, idle: () => void): Promise<HoldCounter> {
  const secret = randomBytes(16).toString('hex')
  const connected = new Set<Socket>()
  const holders = new Set<Socket>()
  let ending = false
  const end = (): void => {
    ending = true
    idle()
  }
  const wait = (): NodeJS.Timeout | undefined => (idleMs === undefined ? undefined : setTimeout(end, idleMs))
  let timer: NodeJS.Timeout | undefined
  const release = (socket: Socket): void => {
    if (!holders.delete(socket) || holders.size > 0) return
    timer = wait()
  }
  const server = createServer((socket) => {
    connected.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => connected.delete(socket))
    socket.once('data', (data) => {
      const [verb = '', nonce = '', given = ''] = data.toString().trim().split(' ')
      if (!same(given, proof(secret, 'user', verb, nonce))) return socket.destroy()
      const answer = proof(secret, 'cloud', verb, nonce)
      if (verb === 'ask') return socket.end(answer)
      if (verb === 'end') return end()
      // Too late: who asks now starts a cloud anew.
      if (ending) return socket.destroy()
      clearTimeout(timer)
      holders.add(socket)
      socket.on('close', () => release(socket))
      socket.write(answer)
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
    place: { port, secret },
    start() {
      if (holders.size === 0) timer = wait()
    },
    close() {
      clearTimeout(timer)
      server.close()
      for (const socket of connected) socket.destroy()
    },
  }
}

/** What only who knows the secret can say. The secret itself is told to nobody: the port may be another program's by now. */
const proof = (secret: string, ...words: readonly string[]): string =>
  createHmac('sha256', secret).update(words.join(' ')).digest('hex')

function same(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

interface Request {
  readonly line: string
  isAnsweredBy(data: Buffer): boolean
}

function requestTo(secret: string, verb: 'ask' | 'hold' | 'end'): Request {
  const nonce = randomBytes(16).toString('hex')
  return {
    line: `${verb} ${nonce} ${proof(secret, 'user', verb, nonce)}\n`,
    isAnsweredBy: (data) => same(data.toString(), proof(secret, 'cloud', verb, nonce)),
  }
}

/**
 * Keeps the cloud running until the hold is released, or this process ends.
 *
 * @throws ViridianError `E_CLOUD_GONE`
 */
export function holdCloud({ port, secret }: HoldPlace): Promise<Hold> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const request = requestTo(secret, 'hold')
    const refuse = (cause?: unknown): void =>
      reject(
        new ViridianError('E_CLOUD_GONE', 'the local cloud does not answer', {
          cause,
          hint: 'run "tasks cloud down", then try again',
        }),
      )
    socket.once('error', refuse)
    socket.once('close', () => refuse())
    socket.once('data', (data) => {
      if (!request.isAnsweredBy(data)) return socket.destroy()
      // The run's own end must not wait for this connection.
      socket.unref()
      let released = false
      const lost = new Promise<void>((tell) => socket.once('close', () => released || tell()))
      const release = (): void => {
        released = true
        socket.destroy()
      }
      resolve({ lost, release })
    })
    socket.write(request.line)
  })
}

const answersWithinMs = 10_000

/**
 * Whether a cloud lives there: one that has died is not reached, and whoever has its port by now does not know the secret.
 *
 * @throws ViridianError `E_CLOUD_STUCK` when somebody listens and says nothing
 */
export function answers({ port, secret }: HoldPlace): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const request = requestTo(secret, 'ask')
    socket.setTimeout(answersWithinMs, () => {
      reject(
        new ViridianError('E_CLOUD_STUCK', 'the local cloud does not answer', {
          hint: 'its process id stands in .tasks/cloud/lock: end it, or remove that file if it is another program',
        }),
      )
      socket.destroy()
    })
    socket.once('data', (data) => {
      resolve(request.isAnsweredBy(data))
      socket.destroy()
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
    socket.write(request.line)
  })
}

const endsWithinMs = 30_000

/**
 * Asks the cloud to end; resolves when it has closed the connection.
 *
 * @throws ViridianError `E_CLOUD_STUCK`
 */
export function endCloud({ port, secret }: HoldPlace): Promise<void> {
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
    socket.write(requestTo(secret, 'end').line)
  })
}
