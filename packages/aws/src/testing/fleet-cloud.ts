import { Resolver } from 'node:dns/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AutoScaling, type AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { EC2 } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { openCloud } from '@viridian/local-cloud/emulator'
import { type TestContext, testContext } from './step-context.ts'

const region = 'eu-west-1'
const zones = ['a', 'b', 'c'].map((letter) => `${region}${letter}`)

export const userData = Buffer.from('#!/bin/sh\necho a secret > /dev/null\n').toString('base64')

/**
 * AWS on loopback, fifty times as fast, with a group `web` of three behind a balancer `web`, from `web-lc`. An instance
 * is healthy when its SSH server answers.
 */
export async function openFleetCloud() {
  const reports: unknown[] = []
  const directory = await mkdtemp(join(tmpdir(), 'viridian-fleet-'))
  const report = (error: unknown): unknown => reports.push(error)
  const open = await openCloud({ directory, region, timeScale: 0.02, report })
  const { endpoint, accessKeyId, secretAccessKey } = open
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
  const scaling = new AutoScaling(settings)
  const elb = new ElasticLoadBalancing(settings)
  const ec2 = new EC2(settings)
  const contexts: TestContext[] = []
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    VIRIDIAN_NAME_SERVERS: `${open.dns.address}:${open.dns.port}`,
  }
  const { Images: [base] = [] } = await ec2.describeImages()
  const cloud = {
    /** For clients of other services. */
    settings,
    dns: open.dns,
    image: base?.ImageId ?? '',
    scaling,
    elb,
    ec2,
    /** What went wrong in the cloud where no caller waits. */
    reports,
    /** The address that a name of this cloud stands for. */
    async resolve(name: string): Promise<string> {
      const resolver = new Resolver()
      resolver.setServers([`${open.dns.address}:${open.dns.port}`])
      const [address = ''] = await resolver.resolve4(name)
      return address
    },
    /** Does the next call of each of these operations, and cuts the connection instead of answering. */
    lose: (...operations: string[]): Promise<void> =>
      cloud.fail(operations.map((operation) => ({ operation, kind: 'lose' }))),
    /** Switches faults on. */
    async fail(
      rules: readonly { operation: string; kind: string; status?: number; code?: string }[],
    ): Promise<void> {
      const answer = await fetch(`${endpoint}/_viridian/faults`, {
        method: 'POST',
        headers: { 'x-viridian-secret': secretAccessKey },
        body: JSON.stringify({ rules }),
      })
      if (!answer.ok) throw new Error(await answer.text())
    },
    /** A context whose clients call this cloud. */
    context(): TestContext {
      const c = testContext({ env })
      contexts.push(c)
      return c
    },
    async group(): Promise<AutoScalingGroup> {
      const { AutoScalingGroups: [group] = [] } = await scaling.describeAutoScalingGroups({
        AutoScalingGroupNames: ['web'],
      })
      if (!group) throw new Error('no group web')
      return group
    },
    /** `id` to `lifecycle/health`. */
    async members(): Promise<Record<string, string>> {
      const { Instances = [] } = await cloud.group()
      return Object.fromEntries(
        Instances.map((each) => [each.InstanceId, `${each.LifecycleState}/${each.HealthStatus}`]),
      )
    },
    /** The group, once it is settled: equal before a change and after its undo. */
    async settled(): Promise<AutoScalingGroup> {
      await until(async () =>
        Object.values(await cloud.members()).every((state) => state === 'InService/Healthy'),
      )
      return cloud.group()
    },
    /** Instances of no group, spread over the zones as a group's are. */
    async launch(count: number): Promise<string[]> {
      const launchIn = async (AvailabilityZone: string, size: number): Promise<string[]> => {
        const { Instances = [] } = await ec2.runInstances({
          ImageId: cloud.image,
          InstanceType: 't3.micro',
          MinCount: size,
          MaxCount: size,
          Placement: { AvailabilityZone },
        })
        return Instances.map(({ InstanceId = '' }) => InstanceId)
      }
      const sizes = zones.map((_, index) => Math.ceil((count - index) / zones.length))
      const launched = zones.map((zone, index) => {
        const size = sizes[index] ?? 0
        return size > 0 ? launchIn(zone, size) : []
      })
      const ids = (await Promise.all(launched)).flat()
      await until(async () => (await cloud.states(ids)).every((state) => state === 'running'))
      return ids
    },
    async states(ids: string[]): Promise<string[]> {
      const { Reservations = [] } = await ec2.describeInstances({ InstanceIds: ids })
      return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name ?? ''))
    },
    async terminate(ids: string[]): Promise<void> {
      await ec2.terminateInstances({ InstanceIds: ids })
    },
    async registered(): Promise<string[]> {
      const { LoadBalancerDescriptions: [found] = [] } = await elb.describeLoadBalancers({
        LoadBalancerNames: ['web'],
      })
      return (found?.Instances ?? []).map(({ InstanceId = '' }) => InstanceId).sort()
    },
    /** Those that the balancer has in service. */
    async serving(): Promise<string[]> {
      const { InstanceStates = [] } = await elb.describeInstanceHealth({ LoadBalancerName: 'web' })
      return InstanceStates.filter(({ State }) => State === 'InService').map(
        ({ InstanceId = '' }) => InstanceId,
      )
    },
    async close(): Promise<void> {
      for (const c of contexts) await c.close()
      for (const client of [scaling, elb, ec2]) client.destroy()
      await open.close()
      // The copy of a disk that was under way may still be writing.
      await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    },
  }
  await seed(cloud)
  return cloud
}

export type FleetCloud = Awaited<ReturnType<typeof openFleetCloud>>

async function seed(cloud: FleetCloud): Promise<void> {
  const { scaling, elb, image } = cloud
  await elb.createLoadBalancer({
    LoadBalancerName: 'web',
    AvailabilityZones: zones,
    Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 2222 }],
  })
  await elb.configureHealthCheck({
    LoadBalancerName: 'web',
    // Patient: on a busy machine an answer takes longer than AWS's seconds do here, and whom a check refuses is replaced.
    HealthCheck: { Target: 'TCP:2222', Interval: 5, Timeout: 4, HealthyThreshold: 2, UnhealthyThreshold: 10 },
  })
  await elb.modifyLoadBalancerAttributes({
    LoadBalancerName: 'web',
    LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 60 } },
  })
  await scaling.createLaunchConfiguration({
    LaunchConfigurationName: 'web-lc',
    ImageId: image,
    InstanceType: 't3.micro',
    UserData: userData,
    InstanceMonitoring: { Enabled: false },
    EbsOptimized: true,
    MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled', HttpPutResponseHopLimit: 2 },
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, VolumeType: 'gp3' } }],
  })
  await scaling.createAutoScalingGroup({
    AutoScalingGroupName: 'web',
    LaunchConfigurationName: 'web-lc',
    MinSize: 2,
    MaxSize: 4,
    DesiredCapacity: 3,
    AvailabilityZones: zones,
    LoadBalancerNames: ['web'],
    HealthCheckType: 'ELB',
    HealthCheckGracePeriod: 120,
    Tags: [
      { Key: 'team', Value: 'shop', PropagateAtLaunch: true },
      { Key: 'note', Value: 'group only', PropagateAtLaunch: false },
    ],
  })
  // Whom the balancer does not send anybody to yet when its grace is over, the group replaces.
  await until(async () => {
    const [members, serving] = [await cloud.members(), await cloud.serving()]
    const states = Object.values(members)
    return (
      states.length === 3 && serving.length === 3 && states.every((state) => state === 'InService/Healthy')
    )
  })
}

/** Asks again until it holds, for 20 seconds at most. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
