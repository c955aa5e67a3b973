import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { EC2 } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cloud, openCloud } from '../emulator/cloud.ts'
import { keyName } from './access.ts'
import { clientSettings } from './client-settings.ts'
import type { FleetSeed } from './fleet-seed.ts'
import { seedFleet } from './seed.ts'

const fleet: FleetSeed = {
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

let cloud: Cloud
let scaling: AutoScaling
let balancers: ElasticLoadBalancing
const notes: string[] = []

const seed = () => seedFleet(cloud, fleet, new AbortController().signal, (text) => notes.push(text))

const serving = async (): Promise<number> => {
  const { InstanceStates = [] } = await balancers.describeInstanceHealth({ LoadBalancerName: 'web' })
  return InstanceStates.filter(({ State }) => State === 'InService').length
}

const deleteGroup = () => scaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'web', ForceDelete: true })
const deleteBalancer = () => balancers.deleteLoadBalancer({ LoadBalancerName: 'web' })

beforeAll(async () => {
  cloud = await openCloud({ timeScale: 0.02, latencies: { launch: 1, terminate: 1, sync: 5 } })
  const settings = clientSettings(cloud)
  scaling = new AutoScaling(settings)
  balancers = new ElasticLoadBalancing(settings)
  const ec2 = new EC2(settings)
  await ec2.createKeyPair({ KeyName: keyName })
  ec2.destroy()
  await seed()
}, 30_000)

afterAll(async () => {
  scaling.destroy()
  balancers.destroy()
  await cloud.close()
})

test('makes nothing where the fleet serves', async () => {
  await seed()
  expect(notes).toEqual([expect.stringMatching(/^the local cloud has no group "web": starting it with 1 /)])
})

test('makes the group anew that somebody has deleted, also while it is going', async () => {
  await deleteGroup()
  await seed()
  expect(await serving()).toBe(1)
}, 30_000)

test('says what to do where somebody has deleted the balancer, and makes both anew once the group is gone', async () => {
  await deleteBalancer()
  await expect(seed()).rejects.toMatchObject({
    code: 'E_CLOUD_SEED',
    message: 'the group "web" is there, and its load balancer "web" is not',
    hint: expect.stringMatching(/^somebody has deleted it: delete the group too, and both are made again/),
  })
  await deleteGroup()
  await seed()
  expect(await serving()).toBe(1)
}, 30_000)
