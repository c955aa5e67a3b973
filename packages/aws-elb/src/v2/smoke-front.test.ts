import { createServer, type Server } from 'node:http'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { balancerName, type LoadBalancer } from '@viridian/aws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud } from '../../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../../aws/src/testing/test-steps.ts'
import { elb, type SmokeOptions } from '../index.ts'
import { servicePort } from '../testing/shop.ts'

let cloud: FleetCloud
let client: ElasticLoadBalancingV2
let web: LoadBalancer[]
let stream: LoadBalancer[]
let ids: string[]
const traffic = elb()
const services: Server[] = []
/** Which instance was asked for what. */
const heard: string[] = []

beforeAll(async () => {
  cloud = await openFleetCloud()
  client = new ElasticLoadBalancingV2(cloud.settings)
  const { Subnets = [] } = await cloud.ec2.describeSubnets()
  const VpcId = Subnets[0]?.VpcId
  for (const [Name, Type, Protocol] of [
    ['web', 'application', 'HTTP'],
    ['stream', 'network', 'TCP'],
  ] as const) {
    const { LoadBalancers: [balancer] = [] } = await client.createLoadBalancer({
      Name,
      Type,
      Subnets: Subnets.map(({ SubnetId = '' }) => SubnetId),
    })
    const check = { HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 2, HealthyThresholdCount: 2 }
    const { TargetGroups: [group] = [] } = await client.createTargetGroup({
      ...{ Name, Protocol, Port: servicePort, VpcId, ...check },
    })
    const at = { LoadBalancerArn: balancer?.LoadBalancerArn, Protocol }
    if (Type === 'application')
      await client.createListener({
        ...at,
        Port: 18_680,
        DefaultActions: [
          {
            Type: 'redirect',
            RedirectConfig: { Port: '18681', Protocol: 'HTTP', StatusCode: 'HTTP_301' },
          },
        ],
      })
    await client.createListener({
      ...at,
      Port: Type === 'application' ? 18_681 : 19_680,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: group?.TargetGroupArn }],
    })
  }
  const { TargetGroups = [] } = await client.describeTargetGroups({})
  const arnOf = (name: string) =>
    TargetGroups.find(({ TargetGroupName }) => TargetGroupName === name)?.TargetGroupArn ?? ''
  const t = testSteps(cloud.context())
  web = await traffic.describe(t, [arnOf('web')])
  stream = await traffic.describe(t, [arnOf('stream')])
  ids = await cloud.launch(2)
  for (const id of ids) services.push(await serve(id))
  const refs = ids.map((id) => ({ id }))
  await traffic.register(t, [...web, ...stream], refs)
  await traffic.inService(t, [...web, ...stream], refs)
})

afterAll(async () => {
  for (const service of services) service.close()
  client.destroy()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

/** The application on an instance. */
async function serve(id: string): Promise<Server> {
  const { Reservations: [found] = [] } = await cloud.ec2.describeInstances({ InstanceIds: [id] })
  const service = createServer(({ url }, response) => {
    heard.push(`${id} ${url}`)
    response.end('v2')
  })
  const address = found?.Instances?.[0]?.PrivateIpAddress
  await new Promise<void>((resolve) => service.listen(servicePort, address, resolve))
  return service
}

const smoke = (balancers: readonly LoadBalancer[], options: Partial<SmokeOptions> = {}) =>
  traffic.smoke(testSteps(cloud.context()), balancers, { path: '/version', expect: 'v2', ...options })

const askedFor = (path: string): string[] => heard.filter((each) => each.endsWith(` ${path}`))

test('an Application Load Balancer is asked where it does not redirect, until each instance has answered', async () => {
  await traffic.askable(testSteps(cloud.context()), stream, { port: 19_680 })
  await smoke(web)
  expect(askedFor('/version')).toHaveLength(6)
  expect(new Set(askedFor('/version')).size).toBe(2)
})

test('a port may be named all the same, and its redirect be expected', async () => {
  await smoke(web, { path: '/moved', port: 18_680, status: 301, expect: '' })
  expect(askedFor('/moved')).toEqual([])
  await expect(smoke(web, { port: 18_680 })).rejects.toMatchObject({ code: 'E_SMOKE_FAILED' })
})

test('a Network Load Balancer is asked at the port that is named', async () => {
  const t = testSteps(cloud.context())
  const refused = {
    code: 'E_SMOKE_PORT',
    message: 'stream has no listener for HTTP or HTTPS; it has TCP at 19680',
    hint: expect.stringContaining('--port'),
  }
  await expect(traffic.askable(t, stream)).rejects.toMatchObject(refused)
  await expect(smoke(stream)).rejects.toMatchObject(refused)
  await smoke(stream, { path: '/stream', port: 19_680 })
  expect(new Set(askedFor('/stream')).size).toBe(2)
  expect([...web, ...stream].map(balancerName)).toEqual(['web', 'stream'])
})
