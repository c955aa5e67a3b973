import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  ServerResponse,
} from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { RuledListener, TlsIdentity } from '../hardware/balancers.ts'
import { Exchange, type Surroundings } from './exchange.ts'
import { answerItself, type OwnAction } from './own-answer.ts'
import { secureOptions } from './secure-context.ts'
import { upgrade } from './upgrade.ts'

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
  otherIdentities(): readonly TlsIdentity[]
  /** Hears of each connection. */
  connected(): void
  /** Whether requests may change protocols. */
  readonly upgrades: boolean
}

/**
 * An HTTP listener, or with an identity an HTTPS one: every request is routed by itself. One to change protocols is a
 * plain request for a classic balancer, which takes WebSockets on TCP listeners alone, and for a rule that asks no target.
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
    ? createSecureServer({ ...options, ...secureOptions(identity, routing.otherIdentities) }, exchange)
    : createServer(options, exchange)
  server.keepAliveTimeout = routing.idleTimeout()
  if (routing.upgrades) {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, said: Buffer) => {
      const routed = routing.route(request)
      if ('action' in routed) exchange(request, answerOn(request, socket))
      else upgrade(request, socket, said, routed)
    })
  }
  return server
}

/** The answer to a request whose connection Node has given up for a change of protocols. */
function answerOn(
  request: IncomingMessage,
  socket: Duplex,
): ServerResponse<IncomingMessage> & { req: IncomingMessage } {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  if (socket instanceof Socket) response.assignSocket(socket)
  response.once('finish', () => socket.end())
  return response
}
