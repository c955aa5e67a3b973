import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import * as autoScaling from '@aws-sdk/client-auto-scaling'
import * as ec2 from '@aws-sdk/client-ec2'
import * as route53 from '@aws-sdk/client-route-53'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SmallCloud } from './testing/small-cloud.ts'

let cloud: SmallCloud
beforeEach(async () => {
  cloud = await SmallCloud.open()
})
afterEach(() => cloud.close())

test('answers carry the request id', async () => {
  const uuid = /^[0-9a-f-]{36}$/
  expect((await cloud.describeKeys()).$metadata.requestId).toMatch(uuid)
  expect((await cloud.describeTags()).$metadata.requestId).toMatch(uuid)
})

test('a signature that leaves the host out is refused, though it is right', async () => {
  const body = 'Action=DescribeKeyPairs&Version=2016-11-15'
  const { endpoint, region, credentials } = cloud.config()
  const url = new URL(endpoint)
  const headers = { host: url.host, 'content-type': 'application/x-www-form-urlencoded' }
  const signer = new SignatureV4({ service: 'ec2', region, credentials, sha256: Sha256 })
  const send = async (...left: string[]): Promise<Response> => {
    const request = { method: 'POST', protocol: 'http:', hostname: url.hostname, path: '/', headers, body }
    const signed = await signer.sign(request, { unsignableHeaders: new Set(left) })
    return fetch(endpoint, { method: 'POST', headers: signed.headers, body })
  }
  expect((await send()).status).toBe(200)
  const refused = await send('host')
  expect(refused.status).toBe(403)
  expect(await refused.text()).toContain('<Code>SignatureDoesNotMatch</Code>')
})

test('a word that is neither true nor false is refused, and nothing is done', async () => {
  const client = new ec2.EC2Client(cloud.config())
  // The type forbids what the wire allows.
  const input = { KeyName: 'kept', DryRun: 'maybe' as unknown as boolean }
  await expect(client.send(new ec2.DeleteKeyPairCommand(input))).rejects.toThrow(
    '"maybe" is not a valid value',
  )
  expect(cloud.done).toEqual([])
})

test('errors reach the clients by their shapes', async () => {
  const scaling = new autoScaling.AutoScalingClient(cloud.config())
  const group = { AutoScalingGroupName: 'web', MinSize: 0, MaxSize: 0 }
  const refused = scaling.send(new autoScaling.CreateAutoScalingGroupCommand(group))
  await expect(refused).rejects.toBeInstanceOf(autoScaling.AlreadyExistsFault)
  await expect(refused).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } })
  const zones = new route53.Route53Client(cloud.config())
  const missing = zones.send(new route53.GetHostedZoneCommand({ Id: 'Z0' }))
  await expect(missing).rejects.toBeInstanceOf(route53.NoSuchHostedZone)
  await expect(missing).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } })
  const compute = new ec2.EC2Client(cloud.config())
  await expect(compute.send(new ec2.DescribeInstancesCommand({}))).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
    message: "The instance ID 'i-0' does not exist",
  })
  await expect(compute.send(new ec2.DescribeSubnetsCommand({}))).rejects.toThrow(
    /^The local cloud failed: TypeError: a defect$/,
  )
  expect(cloud.reports).toEqual([expect.objectContaining({ message: 'a defect' })])
})

test('what is missing, unknown or only asked for is refused', async () => {
  const compute = new ec2.EC2Client(cloud.config())
  await expect(
    // The type forbids what the wire allows.
    compute.send(new ec2.GetConsoleOutputCommand({} as ec2.GetConsoleOutputCommandInput)),
  ).rejects.toMatchObject({
    name: 'MissingParameter',
    message: 'The request must contain the parameter InstanceId',
  })
  const scaling = new autoScaling.AutoScalingClient(cloud.config())
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
  const zones = new route53.Route53Client(cloud.config())
  await expect(zones.send(new route53.ListHostedZonesCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  })
})

test('a path that cannot be decoded is of no operation', async () => {
  const answer = await fetch(`${cloud.server.endpoint}/2013-04-01/hostedzone/%E0%A4%A`)
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>')
})

test.each([
  ['without a signature', '', 65_536],
  ['with one', 'Authorization: AWS4-HMAC-SHA256\r\n', 16_777_216],
])('a body that is larger than any %s is refused unread', async (_, header, limit) => {
  const { hostname, port } = new URL(cloud.server.endpoint)
  const socket = connect(Number(port), hostname)
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${header}Content-Length: ${limit + 1}\r\n\r\nAction=`)
  const answer = await text(socket)
  expect(answer).toMatch(/^HTTP\/1.1 413 /)
  expect(answer).toContain(
    `<Code>RequestEntityTooLarge</Code><Message>The request has more than ${limit} bytes.`,
  )
})

test('a body that does not say how large it is, is read as far as it may be', async () => {
  const { hostname, port } = new URL(cloud.server.endpoint)
  const socket = connect(Number(port), hostname)
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n')
  socket.write('x'.repeat(65_537))
  expect(await text(socket)).toMatch(/^HTTP\/1.1 413 /)
})

test('a service that the cloud does not have is named in the refusal', async () => {
  const answer = await fetch(cloud.server.endpoint, {
    method: 'POST',
    body: 'Action=ListUsers&Version=2010-05-08',
  })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('is not part of the local cloud')
  const json = await fetch(cloud.server.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSSM.DescribeInstanceInformation' },
    body: '{}',
  })
  expect(await json.json()).toMatchObject({
    __type: 'UnknownService',
    message: expect.stringContaining('is not part of the local cloud'),
  })
})
