import * as acm from '@aws-sdk/client-acm'
import * as autoScaling from '@aws-sdk/client-auto-scaling'
import * as cloudWatch from '@aws-sdk/client-cloudwatch'
import * as ec2 from '@aws-sdk/client-ec2'
import * as elb from '@aws-sdk/client-elastic-load-balancing'
import * as elbV2 from '@aws-sdk/client-elastic-load-balancing-v2'
import * as route53 from '@aws-sdk/client-route-53'
import * as sts from '@aws-sdk/client-sts'
import * as wafV2 from '@aws-sdk/client-wafv2'
import { AwsJson1_0Protocol, AwsJson1_1Protocol, AwsQueryProtocol } from '@aws-sdk/core/protocols'
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor'
import { afterEach, expect, test } from 'vitest'
import { scaledClock } from '../clock.ts'
import { type Server, serve } from '../server.ts'
import type { Service } from '../service.ts'
import { randomValue, seeded } from '../testing/random-value.ts'
import { type Api, describeApi } from './api.ts'

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }

let server: Server | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

interface Client {
  send(command: object): Promise<object>
  destroy(): void
}

/** The parts of a client's package by name: they are the same in every v3 client, but share no exported type. */
function part<Part>(client: object, name: string): Part {
  const value: unknown = Object.entries(client).find(([each]) => each === name)?.[1]
  if (value === undefined) throw new Error(`${name} is not exported.`)
  // What a v3 client exports under these names is known by convention alone.
  return value as Part
}

/** These two are not signed: they need an identity provider, and this cloud has none. */
const unsigned = ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity']

/** Sends random inputs through real clients to handlers that answer random outputs; returns what came out wrong. */
async function roundTrip(
  signingName: string,
  client: object,
  className: string,
  extra: object = {},
): Promise<string[]> {
  const api = describeApi({ signingName, client, handlers: {} })
  const random = seeded(20_260_101)
  const received = new Map<string, unknown>()
  const sent = new Map<string, object>()
  const outputs = new Map(
    [...api.operations].map(([name, { output }]) => [
      name,
      output.isStructSchema() ? randomValue(output, random) : {},
    ]),
  )
  server = await serve({
    services: [echo(api, received, outputs)],
    credentials,
    region: 'eu-west-1',
    clock: scaledClock(0),
  })
  const Constructor = part<new (config: object) => Client>(client, className)
  const caller = new Constructor({
    region: 'eu-west-1',
    endpoint: server.endpoint,
    credentials,
    maxAttempts: 1,
    ...extra,
  })
  const wrong: string[] = []
  for (const { name, input } of api.operations.values()) {
    if (unsigned.includes(name)) continue
    const Command = part<new (input: object) => object>(client, `${name}Command`)
    const made = input.isStructSchema() ? randomValue(input, random) : {}
    const value = { ...(typeof made === 'object' ? made : {}) }
    sent.set(name, structuredClone(value))
    try {
      const answer = await caller.send(new Command(value))
      Reflect.deleteProperty(answer, '$metadata')
      expect(received.get(name), `${name} input`).toMatchObject(sent.get(name) ?? {})
      // A clone, since CBOR's clients give Buffers where bytes are bytes.
      expect(structuredClone(answer), `${name} output`).toEqual(outputs.get(name))
    } catch (error) {
      wrong.push(`${name}: ${error instanceof Error ? error.message : error}`)
    }
  }
  caller.destroy()
  return wrong
}

function echo(api: Api, received: Map<string, unknown>, outputs: ReadonlyMap<string, unknown>): Service {
  const handlers = [...api.operations.keys()].map((name) => [
    name,
    (input: unknown) => {
      received.set(name, input)
      return outputs.get(name)
    },
  ])
  return { ...api.service, handlers: Object.fromEntries(handlers) }
}

test.each([
  ['ec2', ec2, 'EC2Client', 823],
  ['autoscaling', autoScaling, 'AutoScalingClient', 68],
  ['elasticloadbalancing', elb, 'ElasticLoadBalancingClient', 29],
  ['elasticloadbalancing', elbV2, 'ElasticLoadBalancingV2Client', 51],
  ['route53', route53, 'Route53Client', 74],
  ['monitoring', cloudWatch, 'CloudWatchClient', 46],
  ['sts', sts, 'STSClient', 12],
  ['acm', acm, 'ACMClient', 15],
  ['wafv2', wafV2, 'WAFV2Client', 55],
])(
  'every operation of %s keeps its input and output on the wire',
  async (name, client, className, atLeast) => {
    expect(describeApi({ signingName: name, client, handlers: {} }).operations.size).toBeGreaterThanOrEqual(
      atLeast,
    )
    expect(await roundTrip(name, client, className)).toEqual([])
  },
  60_000,
)

test.each([
  ['1.0', AwsJson1_0Protocol],
  ['1.1', AwsJson1_1Protocol],
])('JSON %s carries the same operations', async (_version, protocol) => {
  expect(await roundTrip('autoscaling', autoScaling, 'AutoScalingClient', { protocol })).toEqual([])
})

test.each([
  ['Query', AwsQueryProtocol],
  ['CBOR', SmithyRpcV2CborProtocol],
])('%s carries the operations of CloudWatch, whose own clients speak JSON', async (_name, protocol) => {
  expect(await roundTrip('monitoring', cloudWatch, 'CloudWatchClient', { protocol })).toEqual([])
})
