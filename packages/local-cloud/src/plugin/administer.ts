import { request } from 'node:http'
import { ViridianError } from '@viridian/core'
import type { CloudAccess } from './access.ts'

/** What the cloud has said on a path of its own. */
export interface Told {
  readonly status: number
  readonly text: string
}

/**
 * Asks a running cloud on one of its own paths. By `node:http`, which is loaded anyway: a process's first `fetch` takes
 * longer than the question.
 *
 * @throws ViridianError `E_CLOUD_GONE`
 */
export function administer(
  { endpoint, secretAccessKey }: Pick<CloudAccess, 'endpoint' | 'secretAccessKey'>,
  method: 'GET' | 'POST',
  path: string,
  { body, signal }: { readonly body?: object; readonly signal?: AbortSignal } = {},
): Promise<Told> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-viridian-secret': secretAccessKey, 'content-type': 'application/json' }
    const gone = (cause: Error): void =>
      reject(
        signal?.aborted
          ? cause
          : new ViridianError('E_CLOUD_GONE', 'the local cloud does not answer', {
              cause,
              hint: 'run "tasks cloud down", then try again',
            }),
      )
    const asked = request(
      `${endpoint}/_viridian/${path}`,
      { method, headers, agent: false, ...(signal && { signal }) },
      (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', gone)
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
        )
      },
    )
    asked.on('error', gone)
    asked.end(body && JSON.stringify(body))
  })
}
