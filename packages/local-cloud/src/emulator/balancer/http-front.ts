import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { Duplex } from 'node:stream'
import type { TlsIdentity } from '../hardware.ts'
import { Exchange, type Surroundings } from './exchange.ts'
import { allHeaders, withClient } from './forwarded-headers.ts'
import { secureContext } from './secure-context.ts'
import { relay } from './tcp-front.ts'

/** An HTTP listener, or with an identity an HTTPS one: every request is routed by itself. */
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
  server.on('upgrade', (request, socket, head) => upgrade(request, socket, head, surroundings()))
  return server
}

/** Passes a request to change protocols on as it is, and whatever both sides say afterwards. */
function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, surroundings: Surroundings): void {
  const { listener } = surroundings
  const client = request.socket.remoteAddress ?? ''
  const headers = withClient(allHeaders(request), client, listener.protocol, listener.port)
  const lines = [
    `${request.method} ${request.url} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  relay(socket, Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]), surroundings)
}
