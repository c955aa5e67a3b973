import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { TlsIdentity } from '../hardware.ts'
import { Exchange, type Surroundings } from './exchange.ts'
import { secureContext } from './secure-context.ts'

/**
 * An HTTP listener, or with an identity an HTTPS one: every request is routed by itself. One to change protocols is a
 * plain request for a classic balancer, which takes WebSockets on TCP listeners alone.
 */
export function httpFront(surroundings: () => Surroundings, identity?: TlsIdentity): Server | SecureServer {
  const options = { noDelay: true, keepAlive: true, requestTimeout: 0 }
  const exchange: RequestListener = (request, response) => {
    server.keepAliveTimeout = surroundings().idleTimeout
    new Exchange(request, response, surroundings()).start()
  }
  const server = identity
    ? createSecureServer({ ...options, ...secureContext(identity) }, exchange)
    : createServer(options, exchange)
  server.keepAliveTimeout = surroundings().idleTimeout
  return server
}
