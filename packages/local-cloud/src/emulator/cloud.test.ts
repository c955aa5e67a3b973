import { Resolver } from 'node:dns/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { EC2 } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { Route53 } from '@aws-sdk/client-route-53'
import { STS } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Cloud, openCloud } from './cloud.ts'

let directory: string
let cloud: Cloud

const reports: unknown[] = []
const port = 8080

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'viridian-cloud-test-'))
  reports.length = 0
  cloud = await open()
})

afterEach(async () => {
  await cloud.close()
  await rm(directory, { recursive: true, force: true })
})

function open(): Promise<Cloud> {
  const report = (error: unknown): void => void reports.push(error)
  return openCloud({ directory, timeScale: 0.05, latencies: { launch: 1, sync: 2 }, report })
}

function clients() {
  const { endpoint, region, accessKeyId, secretAccessKey } = cloud
  const config = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 }
  return {
    scaling: new AutoScaling(config),
    ec2: new EC2(config),
    elb: new ElasticLoadBalancing(config),
    names: new Route53(config),
    sts: new STS(config),
  }
}

/** Puts a server on the machine that answers with its instance's id; `/slow` takes a second. */
const userData = `#!/bin/bash
cat > "$HOME/server.mjs" <<'END'
import { createServer } from 'node:http'
const { INSTANCE_ID, INSTANCE_ADDRESS } = process.env
const answer = ({ url }, response) => setTimeout(() => response.end(INSTANCE_ID), url === '/slow' ? 1000 : 0)
createServer(answer).listen(${port}, INSTANCE_ADDRESS)
END
cat > "$HOME/web.service" <<'END'
[Service]
WorkingDirectory=%h
ExecStart=/usr/bin/env node server.mjs
[Install]
WantedBy=multi-user.target
END
systemctl link "$HOME/web.service"
systemctl enable --now web
`

async function createFleet(size: number): Promise<void> {
  const { scaling, ec2, elb, names } = clients()
  const { Images: [image] = [] } = await ec2.describeImages({ Owners: ['amazon'] })
  const AvailabilityZones = ['us-east-1a', 'us-east-1b']
  const web = { LoadBalancerName: 'web' }
  await elb.createLoadBalancer({
    ...web,
    Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: port, InstancePort: port }],
    AvailabilityZones,
  })
  const thresholds = { HealthyThreshold: 2, UnhealthyThreshold: 2 }
  const HealthCheck = { Target: `HTTP:${port}/`, Interval: 6, Timeout: 5, ...thresholds }
  await elb.configureHealthCheck({ ...web, HealthCheck })
  const LoadBalancerAttributes = { ConnectionDraining: { Enabled: true, Timeout: 300 } }
  await elb.modifyLoadBalancerAttributes({ ...web, LoadBalancerAttributes })
  await scaling.createLaunchConfiguration({
    LaunchConfigurationName: 'v1',
    ImageId: image?.ImageId,
    InstanceType: 't3.micro',
    UserData: Buffer.from(userData).toString('base64'),
  })
  await scaling.createAutoScalingGroup({
    AutoScalingGroupName: 'web',
    LaunchConfigurationName: 'v1',
    MinSize: 0,
    MaxSize: size,
    DesiredCapacity: size,
    AvailabilityZones,
    LoadBalancerNames: ['web'],
    HealthCheckType: 'ELB',
    HealthCheckGracePeriod: 120,
  })
  const { LoadBalancerDescriptions: [balancer] = [] } = await elb.describeLoadBalancers({})
  const { HostedZone } = await names.createHostedZone({ Name: 'example.test', CallerReference: '1' })
  const AliasTarget = {
    HostedZoneId: balancer?.CanonicalHostedZoneNameID,
    DNSName: balancer?.DNSName,
    EvaluateTargetHealth: true,
  }
  await names.changeResourceRecordSets({
    HostedZoneId: HostedZone?.Id,
    ChangeBatch: {
      Changes: [
        { Action: 'CREATE', ResourceRecordSet: { Name: 'www.example.test', Type: 'A', AliasTarget } },
      ],
    },
  })
}

/** The ids of the group's instances that the load balancer has in service. */
async function inService(): Promise<string[]> {
  const { InstanceStates = [] } = await clients().elb.describeInstanceHealth({ LoadBalancerName: 'web' })
  return InstanceStates.filter(({ State }) => State === 'InService').map(({ InstanceId = '' }) => InstanceId)
}

async function eventually<Answer>(
  ask: () => Promise<Answer>,
  holds: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const answer = await ask()
    if (holds(answer)) return answer
    if (Date.now() > deadline) throw new Error(`Not in 20 s; the last answer: ${JSON.stringify(answer)}`)
    await sleep(20)
  }
}

/** Asks the service by name, as a user would. */
async function visit(path = '/'): Promise<{ address: string; status: number; body: string }> {
  const resolver = new Resolver()
  resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`])
  const [address = ''] = await resolver.resolve4('www.example.test')
  return new Promise((resolve, reject) => {
    get({ host: address, port, path, agent: false, headers: { host: 'www.example.test' } }, (response) => {
      text(response).then((body) => resolve({ address, status: response.statusCode ?? 0, body }), reject)
    }).on('error', reject)
  })
}

/** The first answer by name: the zone's change has to be in sync. */
function visited(): Promise<{ address: string; status: number; body: string }> {
  const none = { address: '', status: 0, body: '' }
  return eventually(
    () => visit().catch(() => none),
    ({ status }) => status === 200,
  )
}

test('a fleet serves by name, and still does when the next process takes the directory over', async () => {
  await createFleet(2)
  const ids = await eventually(inService, ({ length }) => length === 2)
  const before = await visited()
  expect(ids).toContain(before.body)
  const { endpoint: _port, close: _close, dns: _dns, ssh: _ssh, ...identity } = cloud
  await cloud.close()

  cloud = await open()
  expect(cloud).toMatchObject(identity)
  expect((await eventually(inService, ({ length }) => length === 2)).sort()).toEqual(ids.sort())
  const after = await visit()
  expect(after).toMatchObject({ address: before.address, status: 200 })
  const { AutoScalingInstances } = await clients().scaling.describeAutoScalingInstances({})
  expect(AutoScalingInstances?.map(({ InstanceId }) => InstanceId).sort()).toEqual(ids)
  expect(reports).toEqual([])
})

test('an instance enters standby when its last request has been answered', async () => {
  await createFleet(1)
  const [id = ''] = await eventually(inService, ({ length }) => length === 1)
  await visited()
  const slow = visit('/slow')
  let answered = false
  void slow.then(() => {
    answered = true
  })
  const { scaling } = clients()
  const web = { AutoScalingGroupName: 'web' }
  const state = async (): Promise<string | undefined> =>
    (await scaling.describeAutoScalingInstances({ InstanceIds: [id] })).AutoScalingInstances?.[0]
      ?.LifecycleState
  await sleep(200)
  await scaling.enterStandby({ ...web, InstanceIds: [id], ShouldDecrementDesiredCapacity: true })
  await eventually(
    () => scaling.describeScalingActivities({ ...web, MaxRecords: 1 }),
    ({ Activities }) => Activities?.[0]?.StatusCode === 'WaitingForELBConnectionDraining',
  )
  expect(await state()).toBe('EnteringStandby')
  expect((await visit()).status).toBe(503)
  expect(answered).toBe(false)
  await eventually(state, (now) => now === 'Standby')
  expect(await slow).toMatchObject({ status: 200, body: id })
})

test('every service answers who signs with the credentials, and refuses others', async () => {
  const { sts, ec2, elb, names, scaling } = clients()
  expect((await sts.getCallerIdentity({})).Account).toMatch(/^\d{12}$/)
  expect((await ec2.describeInstances({})).Reservations).toEqual([])
  expect((await elb.describeLoadBalancers({})).LoadBalancerDescriptions).toEqual([])
  expect((await names.listHostedZones({})).HostedZones).toEqual([])
  expect((await scaling.describeAutoScalingGroups({})).AutoScalingGroups).toEqual([])
  const stranger = new EC2({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId: cloud.accessKeyId, secretAccessKey: 'guessed' },
    maxAttempts: 1,
  })
  await expect(stranger.describeInstances({})).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
})
