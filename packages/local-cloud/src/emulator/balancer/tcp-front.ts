import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Surroundings } from './exchange.ts'
import type { Target } from './target.ts'

/** A TCP listener: every connection is joined to one of a target. */
export function tcpFront(surroundings: () => Surroundings): Server {
  return createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
    relay(socket, undefined, surroundings()),
  )
}

/** Joins a client to the next target that takes a connection; `first` is what the target is told before the client speaks. */
export function relay(client: Duplex, first: Buffer | undefined, surroundings: Surroundings): void {
  surroundings.tally.request()
  // A connection carries no answer to tell of failures: its end is all that the other side learns.
  client.on('error', () => client.destroy())
  connectToNext(client, first, surroundings, new Set())
}

function connectToNext(
  client: Duplex,
  first: Buffer | undefined,
  surroundings: Surroundings,
  tried: Set<Target>,
): void {
  const { pool, tally, listener, idleTimeout } = surroundings
  const target = pool.next(tried)
  if (!target) {
    tally.error(503)
    client.destroy()
    return
  }
  tried.add(target)
  const upstream = connect({
    host: target.address,
    port: listener.instancePort,
    noDelay: true,
    allowHalfOpen: true,
  })
  const done = target.begin(() => upstream.destroy())
  upstream.once('close', done)
  const next = (): void => connectToNext(client, first, surroundings, tried)
  upstream.once('error', next)
  upstream.once('connect', () => {
    upstream.off('error', next)
    join(client, upstream, idleTimeout)
    if (first) upstream.write(first)
  })
}

function join(client: Duplex, upstream: Socket, idleTimeout: number): void {
  upstream.on('error', () => upstream.destroy())
  upstream.setTimeout(idleTimeout, () => upstream.destroy())
  upstream.once('close', () => client.destroy())
  client.once('close', () => upstream.destroy())
  client.pipe(upstream).pipe(client)
}
