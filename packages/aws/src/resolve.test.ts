import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addressesOf, serverAddress } from './resolve.ts'
import { type FleetCloud, openFleetCloud } from './testing/fleet-cloud.ts'

let cloud: FleetCloud
let servers: string
let name: string

beforeAll(async () => {
  cloud = await openFleetCloud()
  await cloud.context().environment()
  servers = process.env.VIRIDIAN_NAME_SERVERS ?? ''
  const { LoadBalancerDescriptions: [web] = [] } = await cloud.elb.describeLoadBalancers()
  name = web?.DNSName ?? ''
})

afterEach(() => {
  process.env.VIRIDIAN_NAME_SERVERS = servers
})

afterAll(async () => {
  delete process.env.VIRIDIAN_NAME_SERVERS
  await cloud.close()
})

test('a name is looked up at the name servers of the environment, or at those that are named', async () => {
  expect(await addressesOf(name)).toEqual([expect.stringMatching(/^127\./)])
  process.env.VIRIDIAN_NAME_SERVERS = `127.0.0.1:1, ${servers}`
  expect(await addressesOf(name, { servers: [servers] })).toHaveLength(1)
  expect(await addressesOf(name, { family: 6, servers: [servers] })).toEqual([])
})

test('a server may be named by its host', async () => {
  process.env.VIRIDIAN_NAME_SERVERS = servers.replace(/^127\.0\.0\.1/, 'localhost')
  expect(await addressesOf(name)).toHaveLength(1)
})

test("without any the system's resolver is asked", async () => {
  delete process.env.VIRIDIAN_NAME_SERVERS
  expect(await addressesOf('localhost')).toContain('127.0.0.1')
})

test('what cannot be asked is said', async () => {
  await expect(addressesOf('web.example', { servers: [servers] })).rejects.toMatchObject({
    code: 'E_RESOLVE_FAILED',
    hint: expect.stringContaining(servers),
  })
  await expect(addressesOf(name, { servers: ['no host:53'] })).rejects.toMatchObject({
    code: 'E_NAME_SERVERS',
  })
})

test.each([
  ['10.0.0.2', '10.0.0.2'],
  ['10.0.0.2:5353', '10.0.0.2:5353'],
  ['2001:db8::1', '2001:db8::1'],
  ['[2001:db8::1]:5353', '[2001:db8::1]:5353'],
])('the name server %s is asked at %s', async (server, address) => {
  expect(await serverAddress(server)).toBe(address)
})
