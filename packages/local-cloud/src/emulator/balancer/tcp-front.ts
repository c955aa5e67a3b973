import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectSecurely, createServer as createSecureServer } from 'node:tls'
import type { TlsIdentity } from '../hardware/balancers.ts'
import type { Surroundings } from './exchange.ts'
import type { Routing } from './http-front.ts'
import { secureOptions } from './secure-context.ts'
import type { Target } from './target.ts'

/** A TCP listener, or with an identity an SSL one: every connection is joined to one of a target. */
export function tcpFront(routing: Routing, identity?: TlsIdentity): Server {
  const options = { noDelay: true, allowHalfOpen: true }
  const serve = (socket: Socket): void => {
    const routed = routing.route()
    if ('action' in routed) socket.destroy()
    else relay(socket, routed)
  }
  return identity
    ? createSecureServer({ ...options, ...secureOptions(identity, routing.otherIdentities) }, serve)
    : createServer(options, serve)
}

/** What is said to a target before its client, and to a client that comes to none. */
export interface Words {
  readonly first: Buffer
  readonly refusal: (status: number) => string
}

/** Joins a client to the next target that takes a connection. */
export function relay(client: Duplex, surroundings: Surroundings, words?: Words): void {
  if (surroundings.manner.countsUnserved) surroundings.tally.request()
  // A connection carries no answer to tell of failures: its end is all that the other side learns.
  client.on('error', () => client.destroy())
  connectToNext(client, surroundings, new Set(), words)
}

function connectToNext(
  client: Duplex,
  surroundings: Surroundings,
  tried: Set<Target>,
  words: Words | undefined,
): void {
  const { pool, tally, backend, idleTimeout, manner } = surroundings
  const refuse = (status: number): void => {
    tally.error(status)
    if (words) client.end(words.refusal(status))
    else client.destroy()
  }
  const target = pool.next(tried)
  if (!target) {
    refuse(503)
    return
  }
  if (!manner.countsUnserved && tried.size === 0) tally.request()
  tried.add(target)
  const secure = backend.protocol === 'SSL' || backend.protocol === 'HTTPS'
  const port = target.port ?? backend.port ?? 0
  const place = { host: target.address, port, noDelay: true, allowHalfOpen: true }
  // Balancers take any certificate of an instance.
  const upstream = secure ? connectSecurely({ ...place, rejectUnauthorized: false }) : connect(place)
  const done = target.begin(() => upstream.destroy())
  upstream.once('close', done)
  const next = (): void => {
    if (manner.retries) connectToNext(client, surroundings, tried, words)
    else refuse(502)
  }
  upstream.once('error', next)
  upstream.once(secure ? 'secureConnect' : 'connect', () => {
    upstream.off('error', next)
    if (words) upstream.write(words.first)
    join(client, upstream, idleTimeout)
  })
}

function join(client: Duplex, upstream: Socket, idleTimeout: number): void {
  upstream.on('error', () => upstream.destroy())
  upstream.setTimeout(idleTimeout, () => upstream.destroy())
  upstream.once('close', () => client.destroy())
  client.once('close', () => upstream.destroy())
  client.pipe(upstream).pipe(client)
}
