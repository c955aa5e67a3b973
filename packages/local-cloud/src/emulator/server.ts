import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { administer, adminPrefix, type Questions } from './admin.ts'
import { type Answerer, answerer, refuseUnread } from './answerer.ts'
import { type CallLog, openCallLog } from './call-log.ts'
import type { Clock } from './clock.ts'
import { type Faults, openFaults } from './faults.ts'
import { readBody } from './request-body.ts'
import { AwsError, type Service } from './service.ts'
import type { WireAnswer, WireRequest } from './wire/protocol.ts'
import type { Credentials } from './wire/signature.ts'

export interface ServeOptions {
  readonly services: readonly Service[]
  /** The one pair that may sign; the secret also opens `/_viridian/…`. */
  readonly credentials: Credentials
  readonly region: string
  readonly clock: Clock
  /** @default a free one */
  readonly port?: number
  readonly faults?: Faults
  readonly log?: CallLog
  /** Hears of defects, whose stacks are not the callers'. @default console.error */
  readonly report?: (error: unknown) => void
  /** What is answered beside AWS's calls. @default nothing */
  readonly questions?: Questions
}

export interface Server {
  /** `http://127.0.0.1:PORT`: what an SDK takes as its endpoint. */
  readonly endpoint: string
  /** Stops listening and cuts the connections that are open. */
  close(): Promise<void>
}

/** Serves AWS's wire protocols on loopback. */
export async function serve(options: ServeOptions): Promise<Server> {
  const faults = options.faults ?? openFaults()
  const log = options.log ?? openCallLog()
  const { services, questions = {} } = options
  const admin = { secret: options.credentials.secretAccessKey, faults, log, services, questions }
  const report = options.report ?? console.error
  const answerAws = answerer({ ...options, faults, log, report })
  const answer: Answerer = async (request) =>
    request.path.startsWith(adminPrefix) ? administer(request, admin) : answerAws(request)
  const server = createServer((incoming, outgoing) => void exchange(incoming, outgoing, answer, report))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP address.')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

async function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: Answerer,
  report: (error: unknown) => void,
): Promise<void> {
  try {
    const result = await answer(await readRequest(incoming))
    if (result === 'cut') incoming.socket.destroy()
    else if (result !== 'silence') write(outgoing, result)
  } catch (error) {
    // A client that hangs up while it sends is answered by nobody.
    if (incoming.destroyed && !incoming.complete) return
    if (!(error instanceof AwsError)) report(error)
    const refusal = refuseUnread(error)
    write(outgoing, { ...refusal, headers: { ...refusal.headers, connection: 'close' } })
  }
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const [path = '/', query = ''] = (incoming.url ?? '/').split(/\?(.*)/s)
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : (value ?? ''),
  ])
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: Object.fromEntries(headers),
    body: await readBody(incoming),
  }
}

function write(outgoing: ServerResponse, answer: WireAnswer): void {
  const body = Buffer.from(answer.body)
  outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': body.length }).end(body)
}
