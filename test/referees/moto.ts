import type { ChildProcess } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Access } from '../account.ts'
import { type Ask, openBridges } from './moto-differences.ts'
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
    const parameters = new URLSearchParams(await text(request))
    const operation = parameters.get('Action') ?? ''
    if (this.#refusing.delete(`${parameters}`)) return void answer(response, 400, refusal)
    const ask = this.#asking(request)
    const bridge = this.#bridges[operation]
    const { status, body } = await (bridge ? bridge(parameters, ask) : ask(parameters))
    const losing = this.#losing.indexOf(operation)
    if (status >= 300 || losing < 0) return void answer(response, status, body)
    this.#losing.splice(losing, 1)
    this.#refusing.add(`${parameters}`)
    request.socket.destroy()
  }

  /** As the request was signed: moto tells the service from the signature's scope, and looks no closer. */
  #asking({ headers: { authorization = '', 'x-amz-date': date = '' } }: IncomingMessage): Ask {
    const headers = {
      authorization,
      'x-amz-date': String(date),
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    }
    return async (parameters) => {
      const answer = await fetch(this.direct.endpoint, { method: 'POST', headers, body: `${parameters}` })
      return { status: answer.status, body: await answer.text() }
    }
  }
}

const accessAt = (endpoint: string): Access => ({
  endpoint,
  region: 'us-east-1',
  accessKeyId: 'moto',
  secretAccessKey: 'moto',
})

const refusal = `<ErrorResponse><Error><Type>Sender</Type><Code>DoneAlready</Code>
<Message>It was done before, and its answer was lost.</Message></Error><RequestId>1</RequestId></ErrorResponse>`

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' }).end(body)
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
