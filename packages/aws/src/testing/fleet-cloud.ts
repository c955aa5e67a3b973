import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as autoScaling from '@aws-sdk/client-auto-scaling'
import * as elb from '@aws-sdk/client-elastic-load-balancing'
import { scaledClock } from '../../../local-cloud/src/emulator/clock.ts'
import { openFaults } from '../../../local-cloud/src/emulator/faults.ts'
import { openMachines } from '../../../local-cloud/src/emulator/machines/index.ts'
import { serve } from '../../../local-cloud/src/emulator/server.ts'
import { autoScalingService } from '../../../local-cloud/src/emulator/services/autoscaling/autoscaling-service.ts'
import { ec2Service } from '../../../local-cloud/src/emulator/services/ec2/ec2-service.ts'
import { elbService } from '../../../local-cloud/src/emulator/services/elb/elb-service.ts'
import { standInBalancers } from '../../../local-cloud/src/emulator/services/testing/stand-in-balancers.ts'
import { openStore } from '../../../local-cloud/src/emulator/store.ts'
import { type TestContext, testContext } from './step-context.ts'

const region = 'eu-west-1'
const account = '123456789012'
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
const zones = ['a', 'b', 'c'].map((letter) => `${region}${letter}`)

export const userData = Buffer.from('#!/bin/sh\necho a secret > /dev/null\n').toString('base64')

/** AWS on loopback, fifty times as fast, with a group `web` of three behind a balancer `web`, from `web-lc`. */
export async function openFleetCloud() {
  const directory = await mkdtemp(join(tmpdir(), 'viridian-fleet-'))
  const clock = scaledClock(0.02)
  const store = openStore()
  const faults = openFaults()
  const reports: unknown[] = []
  const report = (error: unknown): unknown => reports.push(error)
  const machines = await openMachines({ directory, clock, ssh: { user: 'deploy' } })
  const ec2 = ec2Service({ machines, store, clock, faults, region, account, report })
  const balancers = standInBalancers()
  const balancing = elbService({ store, balancers, compute: ec2.compute, region, account, report })
  const groups = autoScalingService({
    store,
    clock,
    compute: ec2.compute,
    traffic: balancing.traffic,
    region,
    account,
    report,
  })
  const image = await ec2.importImage('base')
  await ec2.restore()
  groups.start()
  const services = [ec2.service, balancing.service, groups.service]
  const server = await serve({ services, credentials, region, clock, faults })
  const settings = { endpoint: server.endpoint, region, credentials }
  const scaling = new autoScaling.AutoScaling(settings)
  const balancerClient = new elb.ElasticLoadBalancing(settings)
  const contexts: TestContext[] = []
  const env = {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  }
  const cloud = {
    image,
    settings,
    scaling,
    elb: balancerClient,
    balancers,
    faults,
    reports,
    compute: ec2.compute,
    /** A context whose clients call this cloud. */
    context(runId?: string): TestContext {
      const c = testContext({ env, ...(runId !== undefined && { runId }) })
      contexts.push(c)
      return c
    },
    async group(name = 'web'): Promise<autoScaling.AutoScalingGroup> {
      const { AutoScalingGroups = [] } = await scaling.describeAutoScalingGroups({
        AutoScalingGroupNames: [name],
      })
      const [group] = AutoScalingGroups
      if (!group) throw new Error(`no group ${name}`)
      return group
    },
    /** `id` to `lifecycle/health`. */
    async members(): Promise<Record<string, string>> {
      const { Instances = [] } = await cloud.group()
      return Object.fromEntries(
        Instances.map((each) => [each.InstanceId, `${each.LifecycleState}/${each.HealthStatus}`]),
      )
    },
    /** The group without what changes by itself: equal before a change and after its undo. */
    async settled(): Promise<unknown> {
      await until(async () =>
        Object.values(await cloud.members()).every((state) => state === 'InService/Healthy'),
      )
      return { ...(await cloud.group()), $metadata: undefined }
    },
    async launch(count: number, zone = zones[0]): Promise<string[]> {
      const launched = await ec2.compute.launch({
        ImageId: image,
        count,
        Placement: { AvailabilityZone: zone },
      })
      const ids = launched.map(({ id }) => id)
      await until(() => ec2.compute.describe(ids).every(({ state }) => state === 'running'))
      return ids
    },
    async registered(balancer = 'web'): Promise<string[]> {
      const input = { LoadBalancerNames: [balancer] }
      const { LoadBalancerDescriptions: [found] = [] } = await balancerClient.describeLoadBalancers(input)
      return (found?.Instances ?? []).map(({ InstanceId = '' }) => InstanceId).sort()
    },
    async close(): Promise<void> {
      for (const c of contexts) await c.close()
      scaling.destroy()
      balancerClient.destroy()
      await groups.close()
      ec2.close()
      await server.close()
      await machines.close()
      // A copy of a disk that was under way may still be writing.
      await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    },
  }
  await seed(cloud)
  return cloud
}

export type FleetCloud = Awaited<ReturnType<typeof openFleetCloud>>

async function seed(cloud: FleetCloud): Promise<void> {
  const { scaling, elb: balancing, image } = cloud
  await balancing.createLoadBalancer({
    LoadBalancerName: 'web',
    AvailabilityZones: zones,
    Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 8080 }],
  })
  await balancing.configureHealthCheck({
    LoadBalancerName: 'web',
    HealthCheck: {
      Target: 'HTTP:8080/health',
      Interval: 5,
      Timeout: 2,
      HealthyThreshold: 2,
      UnhealthyThreshold: 2,
    },
  })
  await balancing.modifyLoadBalancerAttributes({
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
    HealthCheckGracePeriod: 30,
    Tags: [
      { Key: 'team', Value: 'shop', PropagateAtLaunch: true },
      { Key: 'note', Value: 'group only', PropagateAtLaunch: false },
    ],
  })
  await until(async () => {
    const states = Object.values(await cloud.members())
    return states.length === 3 && states.every((state) => state === 'InService/Healthy')
  })
}

/** Asks again until it holds, for 20 seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
