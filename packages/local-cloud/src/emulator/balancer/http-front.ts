import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { RuledListener, TlsIdentity } from '../hardware.ts'
import { Exchange, type Surroundings } from './exchange.ts'
import { answerItself, type OwnAction } from './own-answer.ts'
import { secureContext } from './secure-context.ts'

/** What becomes of a request. */
export type Routed = Surroundings | OwnRoute

/** The balancer answers itself. */
export interface OwnRoute {
  readonly action: OwnAction
  readonly listener: Pick<RuledListener, 'protocol' | 'port'>
}

/** What a front is told by its balancer, asked anew each time. */
export interface Routing {
  /** Milliseconds. */
  idleTimeout(): number
  route(request?: IncomingMessage): Routed
}

/**
 * An HTTP listener, or with an identity an HTTPS one: every request is routed by itself. One to change protocols is a
 * plain request for a classic balancer, which takes WebSockets on TCP listeners alone.
 */
export function httpFront(routing: Routing, identity?: TlsIdentity): Server | SecureServer {
  const options = { noDelay: true, keepAlive: true, requestTimeout: 0 }
  const exchange: RequestListener = (request, response) => {
    server.keepAliveTimeout = routing.idleTimeout()
    const routed = routing.route(request)
    if ('action' in routed) answerItself(routed.action, routed.listener, request, response)
    else new Exchange(request, response, routed).start()
  }
  const server = identity
    ? createSecureServer({ ...options, ...secureContext(identity) }, exchange)
    : createServer(options, exchange)
  server.keepAliveTimeout = routing.idleTimeout()
  return server
}
