import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RuledListener } from '../hardware/balancers.ts'
import type { Action } from '../hardware/rules.ts'

/** An action that asks no target. */
export type OwnAction = Exclude<Action, { readonly kind: 'forward' }>

/** Answers a request as a rule says, in the place of a target. */
export function answerItself(
  action: OwnAction,
  { protocol, port }: Pick<RuledListener, 'protocol' | 'port'>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const body = action.kind === 'answer' ? (action.body ?? '') : ''
  const headers = {
    Server: 'awselb/2.0',
    'Content-Length': `${Buffer.byteLength(body)}`,
    ...(action.kind === 'redirect'
      ? { Location: placeOf(action, request, { protocol: protocol.toLowerCase(), port }) }
      : { 'Content-Type': action.type ?? 'text/plain; charset=utf-8' }),
  }
  response.writeHead(action.status, headers)
  response.end(body)
  request.resume()
}

function placeOf(
  to: Extract<OwnAction, { readonly kind: 'redirect' }>,
  request: IncomingMessage,
  listener: { readonly protocol: string; readonly port: number },
): string {
  const { pathname, search } = new URL(request.url ?? '/', 'http://balancer')
  const asked: Readonly<Record<string, string>> = {
    protocol: listener.protocol,
    host: (request.headers.host ?? '').replace(/:\d+$/, ''),
    port: `${listener.port}`,
    path: pathname.slice(1),
    query: search.slice(1),
  }
  const filled = (text: string): string =>
    text.replace(/#\{(\w+)\}/g, (whole, name: string) => asked[name] ?? whole)
  const query = filled(to.query)
  const protocol = filled(to.protocol).toLowerCase()
  return `${protocol}://${filled(to.host)}:${filled(to.port)}${filled(to.path)}${query === '' ? '' : `?${query}`}`
}
