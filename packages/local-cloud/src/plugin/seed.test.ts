import { Resolver } from 'node:dns/promises'
import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { EC2 } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCloud } from '../emulator/cloud.ts'
import type { FaultSettings } from '../emulator/faults.ts'
import { keyName } from './access.ts'
import { clientSettings } from './client-settings.ts'
import { lookAtFleet } from './fleet-look.ts'
import type { FleetSeed } from './fleet-seed.ts'
import { seedFleet } from './seed.ts'

const plain: FleetSeed = {
  group: 'web',
  size: 1,
  loadBalancer: 'web',
  record: 'www.example.test',
  port: 8080,
  health: '/health',
  userData: async () => `#!/bin/sh
cat > server.mjs <<'END'
import { createServer } from 'node:http'
createServer((_, answer) => answer.end()).listen(8080, process.env.HOST)
END
cat > web.service <<'END'
[Service]
WorkingDirectory=%h
ExecStart=/usr/bin/env node server.mjs
[Install]
WantedBy=multi-user.target
END
systemctl link "$HOME/web.service"
systemctl enable --now web
`,
}

/** A seeded cloud, and what is done to it. */
async function seeded(fleet: FleetSeed, faults: FaultSettings = {}) {
  const cloud = await openCloud({
    timeScale: 0.02,
    latencies: { launch: 1, terminate: 1, sync: 5 },
    faults,
  })
  const settings = clientSettings(cloud)
  const ec2 = new EC2(settings)
  await ec2.createKeyPair({ KeyName: keyName })
  ec2.destroy()
  const scaling = new AutoScaling(settings)
  const classic = new ElasticLoadBalancing(settings)
  const routed = new ElasticLoadBalancingV2(settings)
  const resolver = new Resolver()
  resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`])
  const notes: string[] = []
  const seed = () => seedFleet(cloud, fleet, new AbortController().signal, (text) => notes.push(text))
  await seed()
  return {
    notes,
    seed,
    look: () => lookAtFleet(cloud, { ...fleet, balancer: fleet.balancer ?? 'classic' }),
    /** What a user gets who asks for the name. */
    async answer() {
      const [address] = await resolver.resolve4(fleet.record)
      return (await fetch(`http://${address}:${fleet.port}/`)).status
    },
    async group() {
      const { AutoScalingGroups: [group] = [] } = await scaling.describeAutoScalingGroups({})
      return group
    },
    deleteGroup: () => scaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'web', ForceDelete: true }),
    async deleteBalancer() {
      await classic.deleteLoadBalancer({ LoadBalancerName: 'web' })
      const { LoadBalancers = [] } = await routed.describeLoadBalancers({})
      for (const { LoadBalancerArn } of LoadBalancers) await routed.deleteLoadBalancer({ LoadBalancerArn })
    },
    routed,
    async close() {
      for (const client of [scaling, classic, routed]) client.destroy()
      await cloud.close()
    },
  }
}

describe.each(['classic', 'application', 'network'] as const)('a fleet behind a %s balancer', (balancer) => {
  let one: Awaited<ReturnType<typeof seeded>>

  beforeAll(async () => {
    one = await seeded({ ...plain, balancer })
  }, 30_000)
  afterAll(() => one.close())

  test('answers by its name, and is not made again where it serves', async () => {
    expect(await one.answer()).toBe(200)
    expect(await one.look()).toEqual({ serves: true, live: { group: 'web', loadBalancer: 'web' } })
    await one.seed()
    expect(one.notes).toEqual([
      expect.stringMatching(/^the local cloud has no group "web": starting it with 1 /),
    ])
  })

  test('is made anew when somebody has deleted its group, also while that is going', async () => {
    await one.deleteGroup()
    expect(await one.look()).toMatchObject({ serves: false })
    await one.seed()
    expect(await one.answer()).toBe(200)
  }, 30_000)

  test('is made anew with its balancer, once the group is gone too', async () => {
    await one.deleteBalancer()
    expect(await one.look()).toEqual({ serves: false })
    await expect(one.seed()).rejects.toMatchObject({
      code: 'E_CLOUD_SEED',
      message: 'the group "web" is there, and its load balancer "web" is not',
      hint: expect.stringMatching(/^somebody has deleted it: delete the group too, and both are made again/),
    })
    await one.deleteGroup()
    await one.seed()
    expect(await one.answer()).toBe(200)
  }, 30_000)

  test.skipIf(balancer === 'classic')(
    'leads to a target group that drains as a classic one does',
    async () => {
      const { LoadBalancers: [front] = [] } = await one.routed.describeLoadBalancers({ Names: ['web'] })
      expect(front).toMatchObject({ Type: balancer, SecurityGroups: [expect.stringMatching(/^sg-/)] })
      const { TargetGroups: [group] = [] } = await one.routed.describeTargetGroups({ Names: ['web'] })
      expect(group).toMatchObject({
        Protocol: balancer === 'network' ? 'TCP' : 'HTTP',
        Port: 8080,
        HealthCheckProtocol: 'HTTP',
        HealthCheckPath: '/health',
        HealthCheckIntervalSeconds: 5,
        LoadBalancerArns: [front?.LoadBalancerArn],
      })
      const TargetGroupArn = group?.TargetGroupArn
      expect(await one.group()).toMatchObject({ TargetGroupARNs: [TargetGroupArn], LoadBalancerNames: [] })
      const { Attributes } = await one.routed.describeTargetGroupAttributes({ TargetGroupArn })
      expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '60' })
    },
  )
})

test('is made in bad weather too, which is meant for others', async () => {
  const one = await seeded(plain, { rules: [{ operation: '*', kind: 'throttle', times: 'always' }] })
  expect(await one.answer()).toBe(200)
  await one.close()
}, 30_000)
