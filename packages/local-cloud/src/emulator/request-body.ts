import type { IncomingMessage } from 'node:http'
import { AwsError } from './service.ts'

const longest = 16 * 1024 * 1024

/** Enough to tell which service is meant, and refuse in its words: any web page may send as much to loopback. */
const longestUnsigned = 64 * 1024

/** @throws AwsError `RequestEntityTooLarge` as soon as that is known */
export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const { headers } = incoming
  // Neither can be sent by a page of another origin.
  const signed = headers.authorization !== undefined || headers['x-viridian-secret'] !== undefined
  const limit = signed ? longest : longestUnsigned
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const tooLarge = (limit: number): AwsError =>
  new AwsError('RequestEntityTooLarge', `The request has more than ${limit} bytes.`, 413)
