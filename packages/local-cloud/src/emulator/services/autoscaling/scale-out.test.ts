import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestCloud, type TestCloud, until } from '../testing/test-cloud.ts'
import { WebFleet, web } from '../testing/web-fleet.ts'

let cloud: TestCloud
let fleet: WebFleet

beforeEach(async () => {
  cloud = await openTestCloud()
  fleet = new WebFleet(cloud)
})

afterEach(() => cloud.close())

const onlyB = { ...web, AvailabilityZones: ['eu-west-1b'] }

async function zones(): Promise<(string | undefined)[]> {
  return (await fleet.members()).map(({ AvailabilityZone }) => AvailabilityZone)
}

describe('zones that are not balanced', () => {
  test('get another instance first, and then lose the one that is too many', async () => {
    await fleet.create(2)
    await fleet.scaling.updateAutoScalingGroup(onlyB)
    const seen: number[] = []
    await until(async () => {
      seen.push((await fleet.ids()).length)
      return (await zones()).every((zone) => zone === 'eu-west-1b')
    }, 'all in one zone')
    await fleet.settled(2)
    expect(Math.min(...seen)).toBe(2)
    const { Activities = [] } = await fleet.scaling.describeScalingActivities(web)
    expect(Activities.map(({ Cause }) => Cause)).toContainEqual(
      expect.stringMatching(/launched to balance instances in zones eu-west-1b with other zones/),
    )
    expect((await fleet.group())?.DesiredCapacity).toBe(2)
  })

  test('stay as they are while AZRebalance is suspended', async () => {
    const ids = await fleet.create(2)
    await fleet.scaling.suspendProcesses({ ...web, ScalingProcesses: ['AZRebalance'] })
    await fleet.scaling.updateAutoScalingGroup(onlyB)
    await cloud.pass(90)
    expect(await fleet.ids()).toEqual(ids)
  })
})
