import type { ChildProcess } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Access } from '../account.ts'
import { type Answer, type Ask, openBridges } from './moto-differences.ts'
import type { Python } from './python.ts'

/**
 * moto, another emulator of AWS, as a server, behind a gateway that answers what moto does not have, and can lose
 * answers.
 */
export class Moto {
  readonly access: Access
  /** Straight to moto, past the gateway. */
  readonly direct: Access
  readonly #child: ChildProcess
  readonly #gateway: Server
  #bridges = openBridges()
  /** Operations whose next answer is to be lost, and the calls whose answer was: the same call again is refused, no other. */
  readonly #losing: string[] = []
  readonly #refusing = new Set<string>()

  private constructor(child: ChildProcess, direct: string, gateway: Server, port: number) {
    this.#child = child
    this.#gateway = gateway
    this.direct = accessAt(direct)
    this.access = accessAt(`http://127.0.0.1:${port}`)
  }

  static async start(python: Python): Promise<Moto> {
    const port = await freePort()
    const child = python.spawn(['-m', 'moto.server', '-H', '127.0.0.1', '-p', `${port}`])
    const direct = `http://127.0.0.1:${port}`
    await answering(child, direct)
    const gateway = createServer()
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
    const address = gateway.address()
    const moto = new Moto(child, direct, gateway, typeof address === 'object' && address ? address.port : 0)
    gateway.on('request', (request, response) => void moto.#pass(request, response))
    return moto
  }

  /**
   * Does the next call of each of these operations (as many as an operation is named times), cuts the connection instead of answering, and refuses when it is
   * asked again: as AWS does what can be done only once. The caller has to look.
   */
  lose(operations: readonly string[]): void {
    this.#losing.push(...operations)
  }

  /** Those of which no call has come since they were to be lost. */
  get notLost(): string[] {
    return this.#losing.splice(0)
  }

  /** Makes the account empty again. */
  async reset(): Promise<void> {
    this.#bridges = openBridges()
    await fetch(`${this.direct.endpoint}/moto-api/reset`, { method: 'POST' })
  }

  async close(): Promise<void> {
    this.#gateway.closeAllConnections()
    this.#gateway.close()
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill()
    await ended
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const target = request.headers['x-amz-target']
    const call = `${target ?? ''} ${body}`
    if (this.#refusing.delete(call)) return void send(response, target ? jsonRefusal : queryRefusal)
    const parameters = new URLSearchParams(body)
    const operation = String(target ?? parameters.get('Action')).replace(/^.*\./, '')
    const given = await (target ? this.#ask(request, body) : this.#askQuery(request, operation, parameters))
    const losing = this.#losing.indexOf(operation)
    if (given.status >= 300 || losing < 0) return void send(response, given)
    this.#losing.splice(losing, 1)
    this.#refusing.add(call)
    request.socket.destroy()
  }

  #askQuery(request: IncomingMessage, operation: string, parameters: URLSearchParams): Promise<Answer> {
    const ask: Ask = (asked) => this.#ask(request, `${asked}`)
    const bridge = this.#bridges[operation]
    return bridge ? bridge(parameters, ask) : ask(parameters)
  }

  /** As the request was signed: moto tells the service from the signature's scope, and looks no closer. */
  async #ask({ headers: given }: IncomingMessage, body: string): Promise<Answer> {
    const passed = ['authorization', 'x-amz-date', 'x-amz-target', 'content-type']
    const headers = passed.flatMap((name): [string, string][] =>
      given[name] === undefined ? [] : [[name, String(given[name])]],
    )
    const answer = await fetch(this.direct.endpoint, { method: 'POST', headers, body })
    return {
      status: answer.status,
      body: await answer.text(),
      type: answer.headers.get('content-type') ?? undefined,
    }
  }
}

const accessAt = (endpoint: string): Access => ({
  endpoint,
  region: 'us-east-1',
  accessKeyId: 'moto',
  secretAccessKey: 'moto',
})

const queryRefusal: Answer = {
  status: 400,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>DoneAlready</Code>
<Message>It was done before, and its answer was lost.</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
}

const jsonRefusal: Answer = {
  status: 400,
  body: JSON.stringify({ __type: 'DoneAlready', message: 'It was done before, and its answer was lost.' }),
  type: 'application/x-amz-json-1.0',
}

function send(response: ServerResponse, { status, body, type = 'text/xml' }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': '1' }).end(body)
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  let said = ''
  // moto writes a line for each call: what nobody reads would block it.
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (said += data))
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    if (child.exitCode !== null) break
    const answered = await fetch(`${url}/moto-api/data.json`).catch(() => undefined)
    if (answered?.ok) return
  }
  child.kill()
  throw new Error(`moto does not answer at ${url}:\n${said}`)
}

async function freePort(): Promise<number> {
  const probe = createTcpServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
