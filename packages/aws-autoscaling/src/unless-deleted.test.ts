import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until } from '../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { autoScaling } from './index.ts'

let cloud: FleetCloud

beforeAll(async () => {
  cloud = await openFleetCloud()
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

test('what was pinned and is deleted by somebody has nothing to be given back', async () => {
  const t = testSteps(cloud.context())
  const fleets = autoScaling()
  const web = await fleets.describe(t, 'web')
  await fleets.unpin(t, await fleets.pin(t, web))
  await fleets.pin(t, web)
  await cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'web', ForceDelete: true })
  await until(async () => (await cloud.scaling.describeAutoScalingGroups()).AutoScalingGroups?.length === 0)
  const reports = (await t.undo()).filter((report) => report !== undefined)
  expect(reports.length).toBeGreaterThan(3)
  expect(new Set(reports.map(({ leftAlone }) => leftAlone))).toEqual(
    new Set(['group web: somebody has deleted it']),
  )
})
