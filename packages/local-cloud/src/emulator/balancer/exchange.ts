import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { request as requestSecurely } from 'node:https'
import type { BalancedProtocol, RuledListener } from '../hardware/balancers.ts'
import type { Stickiness } from '../hardware/rules.ts'
import { diedHeader } from './died-header.ts'
import { endToEnd, traced, withClient } from './forwarded-headers.ts'
import type { Manner } from './manner.ts'
import { binding, boundTo } from './stickiness.ts'
import type { Tally } from './tally.ts'
import type { Target } from './target.ts'
import type { TargetPool } from './target-pool.ts'

/** What an exchange needs to know of its balancer. */
export interface Surroundings {
  readonly pool: TargetPool
  readonly tally: Tally
  readonly listener: Pick<RuledListener, 'protocol' | 'port'>
  /** How targets are asked, and where those that have no port of their own. */
  readonly backend: { readonly protocol: BalancedProtocol; readonly port?: number }
  readonly manner: Manner
  /** Milliseconds. */
  readonly idleTimeout: number
  /** In real seconds. */
  readonly stickiness: Stickiness | undefined
  /** Headers that are added to a target's answer: names and values in turn. */
  readonly added: readonly string[]
  /** Whether a target's machine runs. */
  readonly isUp: (id: string) => boolean
}

// Asking again for these does no harm.
const repeatable = ['GET', 'HEAD', 'OPTIONS', 'TRACE']

/** One request on its way to a target, and the answer on its way back. */
export class Exchange {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #surroundings: Surroundings
  readonly #tried = new Set<Target>()
  readonly #plain: boolean
  /** The id of the target that the client is bound to. */
  readonly #bound: string | undefined
  #upstream: ClientRequest | undefined
  #counted = false
  #target: Target | undefined

  constructor(request: IncomingMessage, response: ServerResponse, surroundings: Surroundings) {
    this.#request = request
    this.#response = response
    this.#surroundings = surroundings
    const { method = 'GET', headers } = request
    const empty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
    this.#plain = empty && repeatable.includes(method)
    this.#bound = boundTo(request, surroundings.stickiness, surroundings.manner)
  }

  start(): void {
    if (this.#surroundings.manner.countsUnserved) this.#count()
    this.#response.once('close', () => this.#upstream?.destroy())
    // The client's going away ends the exchange through `close`.
    this.#response.on('error', () => this.#upstream?.destroy())
    this.#tryNext()
  }

  /** A request is one, however many targets it comes to. */
  #count(): void {
    if (!this.#counted) this.#surroundings.tally.request()
    this.#counted = true
  }

  #tryNext(): void {
    const { pool } = this.#surroundings
    const bound = pool.get(this.#bound ?? '')
    const target = bound?.serves && !this.#tried.has(bound) ? bound : pool.next(this.#tried)
    if (target) {
      this.#target = target
      this.#tried.add(target)
      this.#send(target)
    } else {
      this.#fail(503)
    }
  }

  #send(target: Target): void {
    this.#count()
    const upstream = this.#open(target)
    this.#upstream = upstream
    const done = target.begin(() => upstream.destroy())
    let connected = false
    let timedOut = false
    upstream.once('close', () => {
      done()
      // It has ended without an error or an answer: the application changes protocols, which nobody asked it to.
      const over = this.#upstream !== upstream || this.#response.headersSent || this.#response.destroyed
      if (!over) this.#fail(502)
    })
    upstream.once('socket', (socket) => {
      const send = (): void => {
        connected = true
        // Nothing of the body is taken before there is somebody to take it: it could not be given to another target.
        this.#request.pipe(upstream)
      }
      if (socket.connecting) socket.once('connect', send)
      else send()
    })
    upstream.setTimeout(this.#surroundings.idleTimeout, () => {
      timedOut = true
      upstream.destroy()
    })
    upstream.once('response', (answer) => this.#answer(answer, target))
    upstream.on('error', () => {
      if (this.#response.destroyed) return
      if (this.#response.headersSent) this.#response.destroy()
      else if (timedOut) this.#fail(504)
      else if (!connected && this.#surroundings.manner.retries) this.#tryNext()
      else if (upstream.reusedSocket) this.#send(target)
      else this.#fail(502)
    })
  }

  #open(target: Target): ClientRequest {
    const { listener, backend, manner } = this.#surroundings
    const { socket, method, url, headers: asked } = this.#request
    const client = socket.remoteAddress ?? ''
    const told = withClient(endToEnd(this.#request), client, listener.protocol, listener.port)
    const headers = manner.traces ? traced(told) : told
    // Of some methods Node expects no body, and would send one without a mark of where it ends.
    const coding = asked['transfer-encoding']
    const framing = coding === undefined ? {} : { 'Transfer-Encoding': coding }
    const secure = backend.protocol === 'HTTPS'
    const options = {
      host: target.address,
      port: target.port ?? backend.port,
      method,
      path: url,
      // HTTP/1.1, in which the application is asked, needs a Host, and HTTP/1.0 does not. The client's own replaces it.
      headers: { Host: socket.localAddress ?? '', ...grouped(headers), ...framing },
      setHost: false,
      // The application may close a kept connection while the request is on its way. Only what can be sent again goes there.
      agent: this.#plain && !secure ? target.agent : false,
      rejectUnauthorized: false,
    }
    return secure ? requestSecurely(options) : request(options)
  }

  #answer(answer: IncomingMessage, { key }: Target): void {
    const { tally, stickiness, manner, added } = this.#surroundings
    const { statusCode = 0, statusMessage } = answer
    if (statusCode < 200) {
      this.#refuse(answer)
      return
    }
    const cookie = binding(key, this.#bound, answer, stickiness, manner)
    try {
      this.#response.writeHead(statusCode, statusMessage, [...endToEnd(answer).flat(), ...added, ...cookie])
    } catch {
      // Node reads a reason with control characters, and does not write one.
      this.#refuse(answer)
      return
    }
    tally.answer(statusCode)
    answer.pipe(this.#response)
    // Cut short by the application: so must the client see it.
    answer.once('error', () => this.#response.destroy())
    answer.once('aborted', () => this.#response.destroy())
  }

  /** Takes what the application says for no answer. */
  #refuse(answer: IncomingMessage): void {
    answer.destroy()
    this.#fail(502)
  }

  #fail(status: number): void {
    this.#surroundings.tally.error(status)
    const { reason, headers, body } = this.#surroundings.manner.refusal(status)
    this.#response.writeHead(status, reason, { ...headers, ...this.#death() })
    this.#response.end(body)
    this.#request.resume()
  }

  /** The balancer could not know it yet: the target has died since its last health check. */
  #death(): Record<string, string> {
    const target = this.#target
    return target?.serves && !this.#surroundings.isUp(target.id) ? { [diedHeader]: target.id } : {}
  }
}

// A list is sent as several headers; a single value stays a string, since Node's agent reads `host` itself.
function grouped(headers: readonly (readonly [string, string])[]): Record<string, string | string[]> {
  const groups = new Map<string, string | string[]>()
  for (const [name, value] of headers) {
    const known = groups.get(name)
    groups.set(name, known === undefined ? value : [known, value].flat())
  }
  return Object.fromEntries(groups)
}
