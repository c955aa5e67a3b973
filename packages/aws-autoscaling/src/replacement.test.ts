import type { ReplacementSettings } from '@viridian/aws'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nothingGoes, plain } from '../../aws/src/testing/leftovers.ts'
import { leftPins } from './leftovers/left-pins.ts'
import { replacementOf } from './replacement.ts'
import { fleetBench, fleets } from './testing/fleet-bench.ts'

const bench = fleetBench()
const { described, steps } = bench

const set = (changes: { CapacityRebalance?: boolean; MaxInstanceLifetime?: number }) =>
  bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', ...changes })
const now = async (): Promise<ReplacementSettings> => replacementOf(await bench.cloud.group())

const off = { capacityRebalance: false, maxInstanceLifetime: 0 }
const on = { capacityRebalance: true, maxInstanceLifetime: 864_000 }

beforeEach(() => set({ CapacityRebalance: true, MaxInstanceLifetime: 864_000 }))
afterEach(() => set({ CapacityRebalance: false, MaxInstanceLifetime: 0 }))

test('a pinned group replaces nobody who is well, and does again when its pin is undone, or it is let go', async () => {
  for (const giveBack of ['undo', 'unpin']) {
    const t = steps()
    const pin = await fleets.pin(t, await described())
    expect(pin.replacement).toEqual(on)
    expect(await now()).toEqual(off)
    if (giveBack === 'undo') await t.undo(2)
    else await fleets.unpin(t, pin)
    expect(await now()).toEqual(on)
  }
})

test('only what there is is turned off', async () => {
  await set({ CapacityRebalance: false })
  const t = steps()
  const pin = await fleets.pin(t, await described())
  expect(t.taken).toContain('turn off maximum instance lifetime of web')
  await fleets.unpin(t, pin)
  expect(await now()).toEqual({ ...on, capacityRebalance: false })
  await set({ MaxInstanceLifetime: 0 })
  const still = steps()
  expect(await described()).not.toHaveProperty('replacement')
  await fleets.unpin(still, await fleets.pin(still, await described()))
  expect(still.taken.filter((title) => title.startsWith('turn o'))).toEqual([])
})

test('a group that goes on healing itself goes on with this too', async () => {
  const t = steps()
  const pin = await fleets.pin(t, await described(), { room: 0, heals: true })
  expect(pin).not.toHaveProperty('replacement')
  expect(await now()).toEqual(on)
  await t.undo()
})

test('what somebody else has set since is left alone', async () => {
  const t = steps()
  await fleets.pin(t, await described())
  await set({ MaxInstanceLifetime: 90_000 })
  expect(await t.undo()).toContainEqual({
    leftAlone: 'maximum instance lifetime of web: somebody has changed it since',
  })
  expect(await now()).toEqual({ ...on, maxInstanceLifetime: 90_000 })
  await set({ MaxInstanceLifetime: 864_000 })
  const next = steps()
  const pin = await fleets.pin(next, await described())
  await set({ MaxInstanceLifetime: 90_000 })
  await fleets.unpin(next, pin)
  expect(await now()).toEqual({ ...on, maxInstanceLifetime: 90_000 })
})

test('a change of which the answer was lost is found, and undone', async () => {
  const t = steps()
  const fleet = await described()
  await bench.cloud.lose('UpdateAutoScalingGroup')
  const pin = await fleets.pin(t, { ...fleet, max: 9 })
  expect(pin.max).toEqual({ from: 9, to: 9 })
  expect(await now()).toEqual(off)
  await t.undo()
  expect(await now()).toEqual(on)
})

test('an abandoned pin says what it has turned off, and is given back', async () => {
  const before = await bench.cloud.settled()
  const t = steps()
  await fleets.pin(t, await described())
  const [found] = await leftPins.find(steps(), nothingGoes)
  expect(plain(found ? [found] : [])).toMatchObject([
    {
      thing: 'pin/web',
      title: expect.stringContaining('; capacity rebalancing and maximum instance lifetime turned off; max'),
    },
  ])
  await found?.remove(t)
  expect(await bench.cloud.settled()).toEqual(before)
})

test('a replica of a group that is pinned is made as the group is without its pin', async () => {
  const t = steps()
  const blue = await described()
  await bench.cloud.elb.createLoadBalancer({
    LoadBalancerName: 'web-green',
    AvailabilityZones: ['eu-west-1a'],
    Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 2222 }],
  })
  await fleets.pin(t, blue)
  const [original] = blue.loadBalancers
  if (original?.kind !== 'classic') throw new Error('web is behind no classic balancer')
  const { fleet } = await fleets.replicate(t, await described(), {
    balancers: [{ ...original, name: 'web-green' }],
    names: { web: 'web-green' },
  })
  const green = await bench.groupOf(fleet.name)
  expect(green && replacementOf(green)).toEqual(on)
  // It is empty as yet, and differs in nothing else.
  await expect(fleets.compare(t, blue, fleet)).rejects.toMatchObject({
    code: 'E_REPLICA_DIFFERS',
    message: 'group web: MinSize is 0, and should be 2; group web: DesiredCapacity is 0, and should be 3',
  })
  await t.undo()
  expect(await now()).toEqual(on)
})
