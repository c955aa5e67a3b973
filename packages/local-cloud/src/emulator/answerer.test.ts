import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import * as ec2 from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answerer } from './answerer.ts'
import { openCallLog } from './call-log.ts'
import { scaledClock } from './clock.ts'
import { openFaults } from './faults.ts'
import type { Service } from './service.ts'
import { openStore } from './store.ts'
import { credentials, SmallCloud } from './testing/small-cloud.ts'
import type { WireRequest } from './wire/protocol.ts'

let cloud: SmallCloud
beforeEach(async () => {
  cloud = await SmallCloud.open()
})
afterEach(() => cloud.close())

test('an unknown access key is refused as each service refuses it', async () => {
  const other = { credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'secret' } }
  await expect(cloud.describeKeys(other)).rejects.toMatchObject({ name: 'AuthFailure' })
  await expect(cloud.describeTags(other)).rejects.toMatchObject({ name: 'InvalidClientTokenId' })
})

test('a wrong secret, region or clock makes a signature that is refused', async () => {
  const wrong = { credentials: { ...credentials, secretAccessKey: 'other' } }
  await expect(cloud.describeKeys(wrong)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
  await expect(cloud.describeKeys({ region: 'ap-south-1' })).rejects.toThrow(
    /this cloud is 'eu-west-1', not 'ap-south-1'/,
  )
  cloud.now = new Date(Date.now() + 16 * 60 * 1000)
  await expect(cloud.describeKeys()).rejects.toMatchObject({ name: 'RequestExpired' })
  await expect(cloud.describeTags()).rejects.toThrow(/Signature expired/)
})

test('a request without a signature, or of an altered body, is refused', async () => {
  const form = 'Action=DescribeKeyPairs&Version=2016-11-15'
  const answer = await fetch(cloud.server.endpoint, { method: 'POST', body: form })
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>')

  const client = new ec2.EC2Client(cloud.config())
  client.middlewareStack.add(
    (next) => (args) => {
      // The middleware's type leaves the request open; this client's is HTTP with a text body.
      const { request } = args as { request: { body: string } }
      request.body = request.body.replace('KeyName=good', 'KeyName=evil')
      return next(args)
    },
    // After the signature, which is made at the end of `finalizeRequest`.
    { step: 'deserialize' },
  )
  const altered = client.send(new ec2.DeleteKeyPairCommand({ KeyName: 'good' }))
  await expect(altered).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
  expect(cloud.done).toEqual([])
})

test('what a caller is told is on record by then', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'viridian-answerer-'))
  const file = join(directory, 'records.json')
  const store = openStore(file)
  const handlers = {
    DeleteKeyPair: () => {
      store.slice('done', () => ({}))
      store.save()
      return {}
    },
  }
  const services: readonly Service<typeof ec2>[] = [{ signingName: 'ec2', client: ec2, handlers }]
  const clock = scaledClock(1)
  const answer = answerer({
    ...{ services, credentials, clock, region: 'eu-west-1', report: console.error },
    ...{ faults: openFaults(), log: openCallLog() },
  })
  let written: string | undefined
  const requestHandler = {
    async handle({ method, path, headers, body }: WireRequest & { readonly body: string }) {
      const given = await answer({
        method,
        path,
        headers,
        body: Buffer.from(body),
        query: new URLSearchParams(),
      })
      written = existsSync(file) ? readFileSync(file, 'utf8') : undefined
      if (typeof given === 'string') throw new Error(given)
      return {
        response: { statusCode: given.status, headers: given.headers, body: Readable.from([given.body]) },
      }
    },
  }
  await new ec2.EC2Client(cloud.config({ requestHandler })).send(
    new ec2.DeleteKeyPairCommand({ KeyName: 'a' }),
  )
  expect(written).toBe('{"done":{}}')
  rmSync(directory, { recursive: true })
})
