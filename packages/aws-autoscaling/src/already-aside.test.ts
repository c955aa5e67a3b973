import { expect, test } from 'vitest'
import { until } from '../../aws/src/testing/fleet-cloud.ts'
import { fleetBench, fleets } from './testing/fleet-bench.ts'

const bench = fleetBench()

test('whom somebody has moved to standby before is not taken back by the undo', async () => {
  const { cloud } = bench
  const blue = await bench.described()
  const [aside = '', other = ''] = blue.instances.map(({ id }) => id)
  const group = { AutoScalingGroupName: 'web' }
  await cloud.scaling.updateAutoScalingGroup({ ...group, MinSize: 0 })
  await cloud.scaling.enterStandby({
    ...group,
    InstanceIds: [aside],
    ShouldDecrementDesiredCapacity: true,
  })
  await until(async () => (await cloud.members())[aside] === 'Standby/Healthy')
  const t = bench.steps()
  await fleets.standby(t, blue, [{ id: aside }, { id: other }])
  expect(await cloud.members()).toMatchObject({ [aside]: 'Standby/Healthy', [other]: 'Standby/Healthy' })
  await t.undo()
  expect(await cloud.members()).toMatchObject({ [aside]: 'Standby/Healthy', [other]: 'InService/Healthy' })
})
