import { type RequestOptions, request } from 'node:http'
import { request as requestSecurely } from 'node:https'

/** One request to one address of a service. */
export interface Question {
  readonly address: string
  readonly port: number
  readonly https: boolean
  /** What the Host header says, and whom the certificate has to be for. */
  readonly host: string
  readonly path: string
  /** Any certificate will do. */
  readonly insecure: boolean
  readonly signal: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly body: string
}

const withinMs = 15_000
const longestBody = 1_048_576

/** Asks by a connection of its own, so that a balancer chooses an instance anew. The body is read up to 1 MiB. */
export function ask({ address, host, https, insecure, ...asked }: Question): Promise<Answer> {
  const port = asked.port === (https ? 443 : 80) ? '' : `:${asked.port}`
  const options: RequestOptions = {
    host: address,
    port: asked.port,
    path: asked.path,
    headers: { host: `${host}${port}` },
    agent: false,
    signal: AbortSignal.any([asked.signal, AbortSignal.timeout(withinMs)]),
  }
  return new Promise((resolve, reject) => {
    const asking = https
      ? requestSecurely({ ...options, servername: host, rejectUnauthorized: !insecure })
      : request(options)
    asking.once('error', reject)
    asking.once('response', (response) => {
      let body = ''
      const answer = (): void => resolve({ status: response.statusCode ?? 0, body })
      response.setEncoding('utf8')
      response.once('error', reject)
      response.once('end', answer)
      response.on('data', (text: string) => {
        body += text
        if (body.length <= longestBody) return
        answer()
        asking.destroy()
      })
    })
    asking.end()
  })
}
