import { once } from 'node:events'
import { createServer, type RequestListener, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { ACM } from '@aws-sdk/client-acm'
import { CloudWatch, type Dimension } from '@aws-sdk/client-cloudwatch'
import { Route53 } from '@aws-sdk/client-route-53'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { certificateFor } from '../testing/certificate.ts'
import { ask, TargetGroups } from '../testing/target-groups.ts'
import { openTestCloud, type TestCloud, until } from '../testing/test-cloud.ts'

let cloud: TestCloud
let groups: TargetGroups
let one: string
let two: string
let watch: CloudWatch

beforeAll(async () => {
  cloud = await openTestCloud()
  groups = new TargetGroups(cloud)
  watch = new CloudWatch(cloud.config)
  ;[one = '', two = ''] = await cloud.launch(2)
  for (const id of [one, two]) await groups.serve(id, id)
})

afterAll(async () => {
  watch.destroy()
  groups.close()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

/** A balancer that forwards to one group. */
async function plain(name: string, group: object = {}, balancer: object = {}, listener: object = {}) {
  const arn = await groups.createGroup(name, group)
  const balancerArn = await groups.createBalancer(name, balancer)
  const listenerArn = await groups.listen(balancerArn, { Type: 'forward', TargetGroupArn: arn }, listener)
  return { arn, balancerArn, listenerArn, address: await groups.addressOf(balancerArn) }
}

/** What is known of a metric, by its dimensions. */
const measurer =
  (Namespace: string) => async (MetricName: string, dimensions: Readonly<Record<string, string>>) => {
    const Dimensions: Dimension[] = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
    const { Datapoints } = await watch.getMetricStatistics({
      Namespace,
      MetricName,
      Dimensions,
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 7200,
      Statistics: ['Sum', 'Maximum', 'Minimum'],
    })
    return Datapoints?.[0]
  }

describe('an Application Load Balancer', () => {
  test('answers 503 without targets, in its own words', async () => {
    const { address } = await plain('empty')
    const { status, body, headers } = await ask(address)
    expect([status, headers.server, headers['content-type']]).toEqual([503, 'awselb/2.0', 'text/html'])
    expect(body).toContain('<h1>503 Service Temporarily Unavailable</h1>')
  })

  test('takes a target at the first good check, says what was wrong with the others, and asks all when none is healthy', async () => {
    const { arn, address } = await plain('judged')
    const end = await groups.serve(one, 'ill', (_, response) => response.writeHead(418).end('ill'), 9001)
    await groups.client.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: one, Port: 9001 }] })
    await until(async () => (await groups.states(arn))[0] === 'unhealthy', 'unhealthy')
    const [described] = await groups.health(arn)
    expect(described).toEqual({
      Target: { Id: one, Port: 9001 },
      HealthCheckPort: '9001',
      TargetHealth: {
        State: 'unhealthy',
        Reason: 'Target.ResponseCodeMismatch',
        Description: 'Health checks failed with these codes: [418]',
      },
    })
    expect((await ask(address)).status).toBe(418)

    end()
    await until(
      async () => (await groups.health(arn))[0]?.TargetHealth?.Reason === 'Target.FailedHealthChecks',
      'no connection',
    )
    expect((await ask(address)).status).toBe(502)

    await groups.client.modifyTargetGroup({
      TargetGroupArn: arn,
      HealthyThresholdCount: 10,
      HealthCheckIntervalSeconds: 300,
    })
    await groups.register(arn, two)
    await until(async () => (await groups.states(arn)).includes('healthy'), 'the first good check')
    expect((await ask(address)).body).toBe(two)
  })

  test('gives nothing to a target in a zone that is not enabled, until it is', async () => {
    const [elsewhere = ''] = await cloud.launch(1, 'eu-west-1c')
    await groups.serve(elsewhere, 'elsewhere')
    const { arn, balancerArn, address } = await plain('apart')
    await groups.register(arn, elsewhere)
    expect((await ask(address)).status).toBe(503)
    const Subnets = ['a', 'b', 'c'].map((zone) => `subnet-0000000000000000${zone}`)
    await groups.client.setSubnets({ LoadBalancerArn: balancerArn, Subnets })
    expect((await ask(address)).body).toBe('elsewhere')
  })

  test('answers 504 for a target that does not answer', async () => {
    const { arn, balancerArn, address } = await plain('mute')
    const Attributes = [{ Key: 'idle_timeout.timeout_seconds', Value: '20' }]
    await groups.client.modifyLoadBalancerAttributes({ LoadBalancerArn: balancerArn, Attributes })
    await groups.serve(one, 'mute', ({ url }, response) => url === '/mute' || response.end(), 9002)
    await groups.client.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: one, Port: 9002 }] })
    await groups.healthy(arn, 1)
    expect((await ask(address, '/mute')).status).toBe(504)
  })

  test('tells a target of its client and of the request, and asks for its health by a name of its own', async () => {
    const { arn, address } = await plain('told')
    const agents = new Set<string | undefined>()
    const tell: RequestListener = ({ url, headers }, response) => {
      if (url === '/') agents.add(headers['user-agent'])
      response.end(JSON.stringify(headers))
    }
    await groups.serve(one, 'told', tell, 9003)
    await groups.client.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: one, Port: 9003 }] })
    await groups.healthy(arn, 1)
    expect(JSON.parse((await ask(address, '/told')).body)).toMatchObject({
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '8080',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    })
    const known = { 'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678' }
    expect((await ask(address, '/told', known)).body).toContain(known['X-Amzn-Trace-Id'])
    expect(agents).toEqual(new Set(['ELB-HealthChecker/2.0']))
  })

  test('lets a request change protocols, as WebSockets do, and refuses it as others where there is no target', async () => {
    const { arn, address, listenerArn } = await plain('socket')
    const change = async () => {
      const headers = { Connection: 'Upgrade', Upgrade: 'echo', 'X-Mine': 'a' }
      const outgoing = request({ host: address, port: 8080, headers, agent: false })
      outgoing.end()
      return Promise.race([once(outgoing, 'upgrade'), once(outgoing, 'response')])
    }
    for (const StatusCode of ['503', '403']) {
      const [refused] = await change()
      expect(refused.statusCode).toBe(Number(StatusCode))
      refused.resume()
      const FixedResponseConfig = { StatusCode: '403' }
      const DefaultActions = [{ Type: 'fixed-response' as const, FixedResponseConfig }]
      await groups.client.modifyListener({ ListenerArn: listenerArn, DefaultActions })
    }
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: arn }]
    await groups.client.modifyListener({ ListenerArn: listenerArn, DefaultActions })

    const server = createServer((_, response) => response.end())
    server.on('upgrade', ({ headers }, socket) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n`,
      )
      socket.write(`X-Mine: ${headers['x-mine']}\r\nX-Client: ${headers['x-forwarded-for']}\r\n\r\n`)
      socket.on('error', () => socket.destroy())
      socket.pipe(socket)
    })
    const [instance] = await cloud.describe([one])
    server.listen(9004, instance?.PrivateIpAddress)
    await groups.client.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: one, Port: 9004 }] })
    await groups.healthy(arn, 1)
    const [changed, socket] = await change()
    expect(changed).toMatchObject({ statusCode: 101, headers: { upgrade: 'echo', 'x-mine': 'a' } })
    expect(changed.headers['x-client']).toMatch(/^127\./)
    socket.write('hello')
    expect(String((await once(socket, 'data'))[0])).toBe('hello')

    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }]
    await groups.client.modifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes })
    const ended = once(socket, 'close')
    await groups.client.deregisterTargets({ TargetGroupArn: arn, Targets: [{ Id: one, Port: 9004 }] })
    socket.resume()
    await ended
    server.close()
  })

  test('binds a client to a target by its cookie, which it renews', async () => {
    const { arn, address } = await plain('bound')
    await groups.register(arn, one, two)
    await groups.healthy(arn, 2)
    const Attributes = [{ Key: 'stickiness.enabled', Value: 'true' }]
    await groups.client.modifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes })
    const first = await ask(address)
    const cookies = [first.headers['set-cookie'] ?? []].flat()
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['AWSALB', 'AWSALBCORS'])
    const Cookie = cookies[0]?.split(';')[0] ?? ''
    for (let request = 0; request < 4; request++) {
      const again = await ask(address, '/', { Cookie })
      expect([again.body, [again.headers['set-cookie'] ?? []].flat().length]).toEqual([first.body, 2])
    }
  })

  test('speaks TLS as its certificate says, which is kept while it is in use', async () => {
    const acm = new ACM(cloud.config)
    const { certificate, privateKey } = await certificateFor('www.example.test')
    const { CertificateArn = '' } = await acm.importCertificate({
      Certificate: Buffer.from(certificate),
      PrivateKey: Buffer.from(privateKey),
    })
    const secure = { Protocol: 'HTTPS', Port: 8443, Certificates: [{ CertificateArn }] }
    const { arn, address, balancerArn } = await plain('secure', {}, {}, secure)
    await groups.register(arn, one)
    await groups.healthy(arn, 1)
    const outgoing = requestSecurely({ host: address, port: 8443, rejectUnauthorized: false, agent: false })
    outgoing.end()
    const [response] = await once(outgoing, 'response')
    expect(response.socket.getPeerCertificate().subject.CN).toBe('www.example.test')
    expect(await text(response)).toBe(one)
    const { Certificate } = await acm.describeCertificate({ CertificateArn })
    expect(Certificate?.InUseBy).toEqual([balancerArn])
    await expect(acm.deleteCertificate({ CertificateArn })).rejects.toThrow('in use')
    acm.destroy()
  })

  test('has a name in DNS, to which an alias may lead, and counts what came to its targets', async () => {
    const { arn, balancerArn, address } = await plain('named')
    const names = new Route53(cloud.config)
    const { HostedZone } = await names.createHostedZone({ Name: 'example.test', CallerReference: '1' })
    const { LoadBalancers: [balancer] = [] } = await groups.client.describeLoadBalancers({ Names: ['named'] })
    const alias = (HostedZoneId: string | undefined) =>
      names.changeResourceRecordSets({
        HostedZoneId: HostedZone?.Id,
        ChangeBatch: {
          Changes: [
            {
              Action: 'UPSERT',
              ResourceRecordSet: {
                Name: 'www.example.test',
                Type: 'A',
                AliasTarget: { HostedZoneId, DNSName: balancer?.DNSName, EvaluateTargetHealth: false },
              },
            },
          ],
        },
      })
    await expect(alias('Z2IFOLAFXWLO4F')).rejects.toThrow('does not lie within the target zone')
    await alias(balancer?.CanonicalHostedZoneId)
    await until(async () => {
      const found = await cloud.resolver.resolve4('www.example.test').catch(() => [])
      return found[0] === address
    }, 'the alias')
    names.destroy()

    const LoadBalancer = balancerArn.split(':loadbalancer/')[1] ?? ''
    const TargetGroup = arn.split(':').at(-1) ?? ''
    const measured = measurer('AWS/ApplicationELB')
    expect((await ask(address)).status).toBe(503)
    await groups.register(arn, one, two)
    await groups.healthy(arn, 2)
    for (let request = 0; request < 4; request++) await ask(address)
    await until(async () => (await measured('RequestCount', { LoadBalancer }))?.Sum === 4, 'the requests')
    const of = { LoadBalancer, TargetGroup }
    expect((await measured('HealthyHostCount', of))?.Maximum).toBe(2)
    expect((await measured('RequestCount', of))?.Sum).toBe(4)
    expect((await measured('RequestCountPerTarget', { TargetGroup }))?.Sum).toBe(2)
    expect((await measured('HTTPCode_Target_2XX_Count', of))?.Sum).toBe(4)
    expect((await measured('HTTPCode_ELB_5XX_Count', { LoadBalancer }))?.Sum).toBe(1)
    expect((await measured('NewConnectionCount', { LoadBalancer }))?.Sum).toBe(5)
    const idle = connect({ host: address, port: 8080 })
    await until(
      async () => (await measured('ActiveConnectionCount', { LoadBalancer }))?.Maximum === 1,
      'the open connection',
    )
    idle.destroy()
  })
})

describe('a Network Load Balancer', () => {
  const tcp = { Protocol: 'TCP', Port: 9000, HealthCheckTimeoutSeconds: 4 }

  test('joins connections to targets, and leaves those that are open when a target goes', async () => {
    const { arn, balancerArn, address } = await plain('flows', tcp, { Type: 'network' }, { Protocol: 'TCP' })
    const LoadBalancer = balancerArn.split(':loadbalancer/')[1] ?? ''
    const measured = measurer('AWS/NetworkELB')
    // As on AWS, that there is no flow is reported too.
    await until(
      async () => (await measured('NewFlowCount', { LoadBalancer })) !== undefined,
      'the count of none',
    )
    expect(await measured('NewFlowCount', { LoadBalancer })).toMatchObject({ Sum: 0, Maximum: 0 })
    expect(await measured('NewFlowCount_TCP', { LoadBalancer })).toBeUndefined()
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '10' }]
    await groups.client.modifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes })
    await groups.register(arn, one)
    await groups.healthy(arn, 1)
    const socket = connect({ host: address, port: 8080 })
    const asks = async (): Promise<string> => {
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      const [answer] = await once(socket, 'data')
      return String(answer)
    }
    expect(await asks()).toContain(one)
    await until(
      async () => (await measured('ActiveFlowCount', { LoadBalancer }))?.Maximum === 1,
      'the open flow',
    )
    expect(await measured('NewFlowCount', { LoadBalancer })).toMatchObject({ Sum: 1, Maximum: 1 })
    await groups.client.deregisterTargets({ TargetGroupArn: arn, Targets: [{ Id: one }] })
    await until(async () => (await groups.health(arn)).length === 0, 'the end of the delay')
    expect(await asks()).toContain(one)
    socket.destroy()
    await expect(ask(address)).rejects.toThrow()
  })

  test('has a name and a hosted zone of its own kind', async () => {
    const { balancerArn } = await plain('net', tcp, { Type: 'network' }, { Protocol: 'TCP' })
    const { LoadBalancers: [balancer] = [] } = await groups.client.describeLoadBalancers({ Names: ['net'] })
    expect(balancerArn).toMatch(/:loadbalancer\/net\/net\/[0-9a-f]{16}$/)
    expect(balancer?.DNSName).toMatch(/^net-[0-9a-f]{16}\.elb\.eu-west-1\.amazonaws\.com$/)
    expect(balancer?.CanonicalHostedZoneId).toBe('Z2IFOLAFXWLO4F')
  })
})
