import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import * as autoScaling from '@aws-sdk/client-auto-scaling'
import * as ec2 from '@aws-sdk/client-ec2'
import * as route53 from '@aws-sdk/client-route-53'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Clock, scaledClock } from './clock.ts'
import { type Server, serve } from './server.ts'
import { AwsError, type Service } from './service.ts'

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
const region = 'eu-west-1'
let server: Server
let done: string[]
let now: Date
let reports: unknown[]

const clock: Clock = { ...scaledClock(0.001), now: () => now }

const ec2Service: Service<typeof ec2> = {
  signingName: 'ec2',
  client: ec2,
  handlers: {
    DescribeKeyPairs: () => ({ KeyPairs: [] }),
    DescribeSubnets: () => {
      throw new TypeError('a defect')
    },
    DeleteKeyPair: ({ KeyName }) => {
      done.push(KeyName ?? '')
      return {}
    },
    DescribeInstances: () => {
      throw new AwsError('InvalidInstanceID.NotFound', "The instance ID 'i-0' does not exist")
    },
    GetConsoleOutput: () => ({}),
  },
}

const autoScalingService: Service<typeof autoScaling> = {
  signingName: 'autoscaling',
  client: autoScaling,
  handlers: {
    CreateAutoScalingGroup: () => {
      throw new AwsError('AlreadyExistsFault', 'AutoScalingGroup by this name already exists')
    },
    CreateOrUpdateTags: () => ({}),
    DescribeTags: () => ({ Tags: [] }),
  },
}

const route53Service: Service<typeof route53> = {
  signingName: 'route53',
  client: route53,
  handlers: {
    GetHostedZone: () => {
      throw new AwsError('NoSuchHostedZone', 'No hosted zone found with ID: Z0')
    },
  },
}

beforeEach(async () => {
  done = []
  now = new Date()
  reports = []
  server = await serve({
    services: [ec2Service, autoScalingService, route53Service],
    credentials,
    region,
    clock,
    report: (error) => reports.push(error),
  })
})

afterEach(() => server.close())

function config(changes: object = {}): {
  endpoint: string
  region: string
  credentials: typeof credentials
  maxAttempts: number
} {
  return { endpoint: server.endpoint, region, credentials, maxAttempts: 1, ...changes }
}

function admin(method: string, path: string, body?: object, secret = 'secret'): Promise<Response> {
  return fetch(`${server.endpoint}/_viridian/${path}`, {
    method,
    headers: { 'x-viridian-secret': secret },
    ...(body && { body: JSON.stringify(body) }),
  })
}

const describeKeys = (changes?: object): Promise<ec2.DescribeKeyPairsCommandOutput> =>
  new ec2.EC2Client(config(changes)).send(new ec2.DescribeKeyPairsCommand({}))

const describeTags = (changes?: object): Promise<autoScaling.DescribeTagsCommandOutput> =>
  new autoScaling.AutoScalingClient(config(changes)).send(new autoScaling.DescribeTagsCommand({}))

test('answers carry the request id', async () => {
  const uuid = /^[0-9a-f-]{36}$/
  expect((await describeKeys()).$metadata.requestId).toMatch(uuid)
  expect((await describeTags()).$metadata.requestId).toMatch(uuid)
})

test('an unknown access key is refused as each service refuses it', async () => {
  const other = { credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'secret' } }
  await expect(describeKeys(other)).rejects.toMatchObject({ name: 'AuthFailure' })
  await expect(describeTags(other)).rejects.toMatchObject({ name: 'InvalidClientTokenId' })
})

test('a wrong secret, region or clock makes a signature that is refused', async () => {
  const wrong = { credentials: { ...credentials, secretAccessKey: 'other' } }
  await expect(describeKeys(wrong)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
  await expect(describeKeys({ region: 'ap-south-1' })).rejects.toThrow(
    /this cloud is 'eu-west-1', not 'ap-south-1'/,
  )
  now = new Date(Date.now() + 16 * 60 * 1000)
  await expect(describeKeys()).rejects.toMatchObject({ name: 'RequestExpired' })
  await expect(describeTags()).rejects.toThrow(/Signature expired/)
})

test('a request without a signature, or of an altered body, is refused', async () => {
  const form = 'Action=DescribeKeyPairs&Version=2016-11-15'
  const answer = await fetch(server.endpoint, { method: 'POST', body: form })
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>')

  const client = new ec2.EC2Client(config())
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
  expect(done).toEqual([])
})

test('a word that is neither true nor false is refused, and nothing is done', async () => {
  const client = new ec2.EC2Client(config())
  // The type forbids what the wire allows.
  const input = { KeyName: 'kept', DryRun: 'maybe' as unknown as boolean }
  await expect(client.send(new ec2.DeleteKeyPairCommand(input))).rejects.toThrow(
    '"maybe" is not a valid value',
  )
  expect(done).toEqual([])
})

test('errors reach the clients by their shapes', async () => {
  const scaling = new autoScaling.AutoScalingClient(config())
  const group = { AutoScalingGroupName: 'web', MinSize: 0, MaxSize: 0 }
  const refused = scaling.send(new autoScaling.CreateAutoScalingGroupCommand(group))
  await expect(refused).rejects.toBeInstanceOf(autoScaling.AlreadyExistsFault)
  await expect(refused).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } })
  const zones = new route53.Route53Client(config())
  const missing = zones.send(new route53.GetHostedZoneCommand({ Id: 'Z0' }))
  await expect(missing).rejects.toBeInstanceOf(route53.NoSuchHostedZone)
  await expect(missing).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } })
  const compute = new ec2.EC2Client(config())
  await expect(compute.send(new ec2.DescribeInstancesCommand({}))).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
    message: "The instance ID 'i-0' does not exist",
  })
  await expect(compute.send(new ec2.DescribeSubnetsCommand({}))).rejects.toThrow(
    /^The local cloud failed: TypeError: a defect$/,
  )
  expect(reports).toEqual([expect.objectContaining({ message: 'a defect' })])
})

test('what is missing, unknown or only asked for is refused', async () => {
  const compute = new ec2.EC2Client(config())
  await expect(
    // The type forbids what the wire allows.
    compute.send(new ec2.GetConsoleOutputCommand({} as ec2.GetConsoleOutputCommandInput)),
  ).rejects.toMatchObject({
    name: 'MissingParameter',
    message: 'The request must contain the parameter InstanceId',
  })
  const scaling = new autoScaling.AutoScalingClient(config())
  // The type forbids what the wire allows.
  const tags = [{ Value: 'v' } as autoScaling.Tag]
  await expect(scaling.send(new autoScaling.CreateOrUpdateTagsCommand({ Tags: tags }))).rejects.toThrow(
    "Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be null",
  )
  await expect(compute.send(new ec2.DescribeVpcsCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' })
  await expect(compute.send(new ec2.DescribeKeyPairsCommand({ DryRun: true }))).rejects.toMatchObject({
    name: 'DryRunOperation',
    $metadata: { httpStatusCode: 412 },
  })
  const zones = new route53.Route53Client(config())
  await expect(zones.send(new route53.ListHostedZonesCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  })
})

test('a path that cannot be decoded is of no operation', async () => {
  const answer = await fetch(`${server.endpoint}/2013-04-01/hostedzone/%E0%A4%A`)
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>')
})

test.each([
  ['without a signature', '', 65_536],
  ['with one', 'Authorization: AWS4-HMAC-SHA256\r\n', 16_777_216],
])('a body that is larger than any %s is refused unread', async (_, header, limit) => {
  const { hostname, port } = new URL(server.endpoint)
  const socket = connect(Number(port), hostname)
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${header}Content-Length: ${limit + 1}\r\n\r\nAction=`)
  const answer = await text(socket)
  expect(answer).toMatch(/^HTTP\/1.1 413 /)
  expect(answer).toContain(
    `<Code>RequestEntityTooLarge</Code><Message>The request has more than ${limit} bytes.`,
  )
})

test('a body that does not say how large it is, is read as far as it may be', async () => {
  const { hostname, port } = new URL(server.endpoint)
  const socket = connect(Number(port), hostname)
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n')
  socket.write('x'.repeat(65_537))
  expect(await text(socket)).toMatch(/^HTTP\/1.1 413 /)
})

test('a service that the cloud does not have is named in the refusal', async () => {
  const answer = await fetch(server.endpoint, { method: 'POST', body: 'Action=ListUsers&Version=2010-05-08' })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('is not part of the local cloud')
})

test('the admin paths demand the secret', async () => {
  expect((await admin('GET', 'calls', undefined, 'other')).status).toBe(403)
  expect((await admin('GET', 'nothing')).status).toBe(404)
})

test('the operations on offer are listed', async () => {
  const operations: unknown = await (await admin('GET', 'operations')).json()
  expect(operations).toHaveLength(9)
  expect(operations).toEqual(expect.arrayContaining(['ec2:GetConsoleOutput', 'route53:GetHostedZone']))
})

test('calls are logged with status and code', async () => {
  await describeKeys()
  await expect(new ec2.EC2Client(config()).send(new ec2.DescribeInstancesCommand({}))).rejects.toThrow()
  const calls: unknown = await (await admin('GET', 'calls')).json()
  expect(calls).toEqual([
    { n: 1, service: 'ec2', operation: 'DescribeKeyPairs', at: now.toISOString(), status: 200 },
    {
      n: 2,
      service: 'ec2',
      operation: 'DescribeInstances',
      at: now.toISOString(),
      status: 400,
      code: 'InvalidInstanceID.NotFound',
    },
  ])
})

test('throttling hits so many calls after so many, and the clients retry it', async () => {
  const rule = { operation: 'DescribeKeyPairs', kind: 'throttle', skip: 1, times: 2 }
  expect((await admin('POST', 'faults', { rules: [rule] })).status).toBe(200)
  await describeKeys()
  await expect(describeKeys()).rejects.toMatchObject({ name: 'RequestLimitExceeded' })
  await describeKeys({ maxAttempts: 3 })
  const calls: unknown = await (await admin('GET', 'calls')).json()
  expect(calls).toMatchObject([{ status: 200 }, { status: 503 }, { status: 503 }, { status: 200 }])
})

test('an injected refusal carries its code; clearing takes it away', async () => {
  const rule = {
    operation: 'autoscaling:DescribeTags',
    kind: 'refuse',
    code: 'ResourceContention',
    times: 'always',
  }
  await admin('POST', 'faults', { rules: [rule] })
  await expect(describeTags()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } })
  await admin('DELETE', 'faults')
  await describeTags()
  const unknown = await admin('POST', 'faults', { rules: [{ operation: 'X', kind: 'explode' }] })
  expect(unknown.status).toBe(400)
  expect(await unknown.text()).toContain('rules[0].kind')
})

test('a lost answer follows the work; a cut connection comes before it; a hang answers nothing', async () => {
  const deleteKey = (KeyName: string, signal?: AbortSignal): Promise<unknown> =>
    new ec2.EC2Client(config()).send(new ec2.DeleteKeyPairCommand({ KeyName }), {
      ...(signal && { abortSignal: signal }),
    })
  const fault = (kind: string): Promise<Response> =>
    admin('POST', 'faults', { rules: [{ operation: 'DeleteKeyPair', kind }] })
  await fault('lose')
  await expect(deleteKey('lost')).rejects.toThrow()
  expect(done).toEqual(['lost'])
  await fault('cut')
  await expect(deleteKey('cut')).rejects.toThrow()
  await fault('hang')
  await expect(deleteKey('hung', AbortSignal.timeout(200))).rejects.toThrow()
  expect(done).toEqual(['lost'])
  await deleteKey('last')
  expect(done).toEqual(['lost', 'last'])
})

test('latency and delays are in AWS seconds', async () => {
  await admin('POST', 'faults', { latency: 50, rules: [{ operation: '*', kind: 'delay', seconds: 100 }] })
  const started = performance.now()
  await describeKeys()
  expect(performance.now() - started).toBeGreaterThan(145)
})
