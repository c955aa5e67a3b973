import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestCloud, type TestCloud, until } from '../testing/test-cloud.ts'
import { WebFleet, web } from '../testing/web-fleet.ts'

let cloud: TestCloud
let fleet: WebFleet

beforeEach(async () => {
  cloud = await openTestCloud()
  fleet = new WebFleet(cloud)
  await cloud.ec2.createLaunchTemplate({
    LaunchTemplateName: 'spot',
    LaunchTemplateData: { ImageId: cloud.imageId, InstanceMarketOptions: { MarketType: 'spot' } },
  })
})

afterEach(() => cloud.close())

const createSpot = (changes: object = {}): Promise<string[]> =>
  fleet.create(2, {
    LaunchConfigurationName: undefined,
    LaunchTemplate: { LaunchTemplateName: 'spot', Version: '1' },
    MaxSize: 2,
    ...changes,
  })

describe('a Spot Instance that EC2 recommends to replace', () => {
  test('is replaced by a group that rebalances its capacity, once the other one serves', async () => {
    const [risky = '', other = ''] = await createSpot({ CapacityRebalance: true })
    expect((await cloud.recommend(risky)).status).toBe(200)
    const serving: number[] = []
    await until(async () => {
      serving.push((await fleet.ids()).length)
      return (await fleet.members()).every(({ InstanceId }) => InstanceId !== risky)
    }, `${risky} gone`)
    await fleet.settled(2)
    expect(Math.min(...serving)).toBe(2)
    expect(await fleet.ids()).toContain(other)
    expect(await fleet.group()).toMatchObject({ DesiredCapacity: 2, MaxSize: 2 })
    const { Activities = [] } = await fleet.scaling.describeScalingActivities(web)
    expect(Activities.map(({ Cause }) => Cause).slice(0, 2)).toEqual([
      expect.stringMatching(/taken out of service in response to an EC2 instance rebalance recommendation/),
      expect.stringMatching(/launched in response to an EC2 instance rebalance recommendation/),
    ])
  })

  test('stays in another group, until that rebalances', async () => {
    const ids = await createSpot()
    await cloud.recommend(...ids)
    await cloud.pass(30)
    expect(await fleet.ids()).toEqual(ids)
    await fleet.scaling.updateAutoScalingGroup({ ...web, CapacityRebalance: true })
    await until(async () => !(await fleet.ids()).some((id) => ids.includes(id)), 'all of them replaced')
    await fleet.settled(2)
  })

  test('stays while it is protected from scale-in', async () => {
    const ids = await createSpot({ CapacityRebalance: true, NewInstancesProtectedFromScaleIn: true })
    await cloud.recommend(...ids)
    await cloud.pass(30)
    expect(await fleet.ids()).toEqual(ids)
  })
})

test('what is no Spot Instance of a group is not recommended to be replaced', async () => {
  const [id = ''] = await fleet.create(1)
  for (const each of [id, 'i-0'])
    expect(await cloud.recommend(each)).toMatchObject({
      status: 400,
      text: expect.stringContaining('no Spot Instance of a group'),
    })
})
