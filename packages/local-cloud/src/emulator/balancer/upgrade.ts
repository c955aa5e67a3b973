import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Surroundings } from './exchange.ts'
import { endToEnd, withClient } from './forwarded-headers.ts'
import { relay } from './tcp-front.ts'

/** Joins a client that asks to change protocols, as WebSockets do, to a target: what is said from here on is theirs. */
export function upgrade(
  request: IncomingMessage,
  client: Duplex,
  said: Buffer,
  surroundings: Surroundings,
): void {
  const { listener, manner } = surroundings
  const address = request.socket.remoteAddress ?? ''
  const headers = withClient(endToEnd(request), address, listener.protocol, listener.port)
  const asked = [...headers, ['Connection', 'Upgrade'], ['Upgrade', request.headers.upgrade ?? '']]
  const first = head(`${request.method} ${request.url} HTTP/1.1`, asked)
  relay(client, surroundings, {
    first: Buffer.concat([Buffer.from(first, 'latin1'), said]),
    refusal: (status) => {
      const { reason, headers: own, body } = manner.refusal(status)
      return head(`HTTP/1.1 ${status} ${reason}`, [...Object.entries(own), ['Connection', 'close']]) + body
    },
  })
}

function head(first: string, headers: readonly (readonly string[])[]): string {
  return [first, ...headers.map((pair) => pair.join(': ')), '', ''].join('\r\n')
}
