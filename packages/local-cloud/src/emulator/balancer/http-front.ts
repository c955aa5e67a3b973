import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { Exchange, type Surroundings } from './exchange.ts'
import { allHeaders, withClient } from './forwarded-headers.ts'
import { relay } from './tcp-front.ts'

/** An HTTP listener: every request is routed by itself. `surroundings` is asked at each, so that it can change. */
export function httpFront(surroundings: () => Surroundings): Server {
  const server = createServer({ noDelay: true, keepAlive: true, requestTimeout: 0 }, (request, response) => {
    server.keepAliveTimeout = surroundings().idleTimeout
    new Exchange(request, response, surroundings()).start()
  })
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
