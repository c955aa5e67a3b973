import { expect, test } from 'vitest'
import { userData } from '../../aws/src/testing/fleet-cloud.ts'
import { fleetBench, fleets } from './testing/fleet-bench.ts'

const bench = fleetBench()
const { described, steps } = bench

test('a group is described with its launch source and balancers, and no secret', async () => {
  const fleet = await described()
  expect(fleet).toMatchObject({
    name: 'web',
    min: 2,
    max: 4,
    desired: 3,
    zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
    healthCheck: { type: 'ELB', grace: 120 },
    launch: {
      source: { kind: 'launchConfiguration', name: 'web-lc' },
      image: bench.cloud.image,
      instanceType: 't3.micro',
    },
    loadBalancers: [{ kind: 'classic', name: 'web', healthCheck: { interval: 5, healthyThreshold: 2 } }],
    suspended: [],
    instanceTags: { team: 'shop' },
  })
  expect(fleet.instances.map(({ zone }) => zone).sort()).toEqual(fleet.zones)
  expect(JSON.stringify(fleet)).not.toContain(userData)
})

test('a group is described with its placement group, if it has one', async () => {
  expect(await described()).not.toHaveProperty('placementGroup')
  await bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', PlacementGroup: 'apart' })
  expect(await described()).toMatchObject({ placementGroup: 'apart' })
  await bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', PlacementGroup: '' })
})

test('an unknown group names those that it may have been', async () => {
  await expect(fleets.describe(steps(), 'wep')).rejects.toMatchObject({
    code: 'E_GROUP_NOT_FOUND',
    message: 'there is no Auto Scaling group "wep" in eu-west-1',
    hint: expect.stringContaining('web'),
  })
})
