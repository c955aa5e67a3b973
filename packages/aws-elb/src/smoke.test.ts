import { createServer, type Server } from 'node:http'
import { balancerName, type LoadBalancer } from '@viridian/aws'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud } from '../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { elb, type SmokeOptions } from './index.ts'
import { host, openShop, servicePort } from './testing/shop.ts'

let cloud: FleetCloud
let balancers: LoadBalancer[]
let ids: string[]
const traffic = elb()
const services: Server[] = []
/** The Host headers that each instance has seen. */
const heard = new Map<string, string[]>()
/** What each instance answers, by its id. */
const answers = new Map<string, { status: number; body: string }>()

const hello = JSON.stringify({ release: { name: 'v2', at: 1 }, ready: true })

beforeAll(async () => {
  cloud = await openFleetCloud()
  await openShop(cloud, 'shop')
  balancers = await traffic.describe(testSteps(cloud.context()), ['shop'])
  ids = await cloud.launch(2)
  for (const id of ids) services.push(await serve(id))
  const t = testSteps(cloud.context())
  await traffic.register(t, balancers, refs(ids))
  await traffic.inService(t, balancers, refs(ids))
})

beforeEach(() => {
  heard.clear()
  for (const id of ids) answers.set(id, { status: 200, body: hello })
})

afterAll(async () => {
  for (const service of services) service.close()
  await cloud.close()
})

const refs = (all: readonly string[]): { id: string }[] => all.map((id) => ({ id }))

/** The application on an instance. */
async function serve(id: string): Promise<Server> {
  const { Reservations: [found] = [] } = await cloud.ec2.describeInstances({ InstanceIds: [id] })
  const service = createServer(({ headers }, response) => {
    heard.set(id, [...(heard.get(id) ?? []), headers.host ?? ''])
    const { status, body } = answers.get(id) ?? { status: 500, body: '' }
    response.writeHead(status).end(body)
  })
  const address = found?.Instances?.[0]?.PrivateIpAddress
  await new Promise<void>((resolve) => service.listen(servicePort, address, resolve))
  return service
}

const smoke = (options: Partial<SmokeOptions> = {}): Promise<void> =>
  traffic.smoke(testSteps(cloud.context()), balancers, { path: '/version', host, ...options })

test('every instance is asked, by the host that users ask for', async () => {
  await smoke({ expect: { release: { name: 'v2' } } })
  expect([...heard.keys()].sort()).toEqual([...ids].sort())
  const all = [...heard.values()].flat()
  expect(all).toHaveLength(6)
  expect(new Set(all)).toEqual(new Set([`${host}:18081`]))
})

test('a wildcard is asked for by one of its names', async () => {
  await smoke({ host: '*.shop.test' })
  expect(new Set([...heard.values()].flat())).toEqual(new Set(['viridian-asks.shop.test:18081']))
})

test('a name is asked for as browsers write it', async () => {
  await smoke({ host: `${host.toUpperCase()}.` })
  expect(new Set([...heard.values()].flat())).toEqual(new Set([`${host}:18081`]))
})

test('by an HTTPS listener with the certificate of the host, or with any', async () => {
  await expect(smoke({ port: 18_443 })).rejects.toMatchObject({
    code: 'E_SMOKE_FAILED',
    message: expect.stringContaining('self-signed certificate'),
  })
  await smoke({ port: 18_443, insecure: true, expect: 'v2' })
})

test.each([
  ['a status', { status: 503, body: 'x'.repeat(300) }, {}, / answered 503: x{200}; expected status 200$/],
  ['no body', { status: 404, body: '' }, { status: 200 }, / answered 404 without a body;/],
  [
    'a text',
    { status: 200, body: 'v1' },
    { expect: 'v2' },
    / answered 200: v1; expected status 200 and a body with "v2"$/,
  ],
  [
    'a member',
    { status: 200, body: '{"release":{"name":"v1"}}' },
    { expect: { release: { name: 'v2' } } },
    /"v1".*JSON with/,
  ],
  ['no JSON', { status: 200, body: 'v2' }, { expect: { ready: true } }, / answered 200: v2; expected/],
])('one instance that answers otherwise fails it: %s', async (_what, answer, options, message) => {
  const [sick = ''] = ids
  answers.set(sick, answer)
  await expect(smoke(options)).rejects.toMatchObject({
    code: 'E_SMOKE_FAILED',
    message: expect.stringMatching(message),
  })
})

test('a redirect may be what is expected', async () => {
  for (const id of ids) answers.set(id, { status: 301, body: '' })
  await smoke({ status: 301 })
})

test('a balancer that speaks no HTTP has to be told a port, one that it listens at', async () => {
  const t = testSteps(cloud.context())
  const web = await traffic.describe(t, ['web'])
  const none = {
    code: 'E_SMOKE_PORT',
    message: expect.stringMatching(/^web has no listener for HTTP or HTTPS; it has TCP at \d+$/),
  }
  await expect(traffic.askable(t, web)).rejects.toMatchObject(none)
  await expect(traffic.smoke(t, web, { path: '/' })).rejects.toMatchObject(none)
  const [, port] = /TCP at (\d+)/.exec(String(await traffic.askable(t, web).catch(String))) ?? []
  await traffic.askable(t, web, { port: Number(port) })
  await traffic.askable(t, balancers)
  await expect(smoke({ port: 19_999 })).rejects.toMatchObject({
    code: 'E_SMOKE_PORT',
    message: expect.stringMatching(/^shop has no listener at port 19999; it has .*HTTP at 18081/),
  })
})

test('a balancer without instances fails it', async () => {
  const t = testSteps(cloud.context())
  const { balancers: empty } = await traffic.replicate(t, balancers)
  expect(empty.map(balancerName)).toEqual([expect.stringMatching(/^shop--/)])
  await expect(traffic.smoke(t, empty, { path: '/' })).rejects.toMatchObject({
    message: expect.stringContaining('answered 503'),
  })
  await t.undo()
})
