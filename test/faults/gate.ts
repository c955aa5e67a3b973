import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AwsRequest, operationOf, stepOf } from './aws-request.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** A call that stands at the gate. */
export interface Call {
  readonly operation: string
  /** The key of the step that asks. */
  readonly step: string
  /** What is asked for, whoever asks and whenever; empty where every look asks for something else. */
  readonly text: string
  /** Lets it through to the cloud. */
  pass(): Promise<Answer>
}

/** What comes of a call: an answer, a connection that is cut, or nothing at all. */
export type Verdict = Answer | 'cut' | 'silence'

/** What was printed before a request has been read when this time has passed. */
const headStartMs = 3

/** The way of a run's AWS calls to the cloud: whoever stands at it decides what comes of each. */
export class Gate {
  readonly #server: Server
  readonly #agent = new Agent({ keepAlive: true })
  judge: (call: Call) => Promise<Verdict> = ({ pass }) => pass()

  private constructor(to: string) {
    this.#server = createServer((incoming, outgoing) => {
      this.#exchange(to, incoming, outgoing).catch(() => outgoing.destroy())
    })
  }

  static async open(to: string): Promise<Gate> {
    const gate = new Gate(to)
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.0.1', resolve))
    return gate
  }

  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo // It listens on TCP.
    return `http://127.0.0.1:${port}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
    this.#agent.destroy()
  }

  async #exchange(to: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = incoming
    const asked: AwsRequest = { method, url, headers, body: await buffer(incoming) }
    await sleep(headStartMs)
    const operation = operationOf(asked)
    const verdict = await this.judge({
      operation,
      step: stepOf(asked),
      // Looks at metrics ask for times that move on.
      text: /:GetMetric/.test(operation) ? '' : `${method} ${url} ${asked.body.toString('latin1')}`,
      pass: () => this.#pass(to, asked),
    })
    if (verdict === 'silence') return
    if (verdict === 'cut') return void outgoing.destroy()
    outgoing.writeHead(verdict.status, verdict.headers)
    outgoing.end(verdict.body)
  }

  #pass(to: string, { method, url, headers, body }: AwsRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // The signature covers the header `host`: it goes on as it came.
      const passed = request(`${to}${url}`, { method, headers, agent: this.#agent }, (answer) => {
        const { statusCode: status = 500, headers } = answer
        buffer(answer).then((body) => resolve({ status, headers, body }), reject)
      })
      passed.on('error', reject)
      passed.end(body)
    })
  }
}
