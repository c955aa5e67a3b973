import * as ec2 from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { credentials, SmallCloud } from './testing/small-cloud.ts'

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
