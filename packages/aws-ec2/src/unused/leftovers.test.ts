import { nameFor } from '@viridian/aws'
import type { Going } from '@viridian/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until } from '../../../aws/src/testing/fleet-cloud.ts'
import { nothingGoes, plain } from '../../../aws/src/testing/leftovers.ts'
import { openNetworkBalancer } from '../../../aws/src/testing/network-balancer.ts'
import { type TestSteps, testSteps } from '../../../aws/src/testing/test-steps.ts'
import { leftImages } from './left-images.ts'
import { leftInstances } from './left-instances.ts'
import { leftSnapshots } from './left-snapshots.ts'

let cloud: FleetCloud
const run = '20261101-101010-aaaa'
const tags = [
  { Key: 'viridian:run', Value: run },
  { Key: 'Name', Value: 'web' },
]

beforeAll(async () => {
  cloud = await openFleetCloud()
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const steps = (): TestSteps => testSteps(cloud.context())

test('an instance of a run that no group and no balancer has is found, and terminated', async () => {
  const [loose = '', behind = '', own = ''] = await cloud.launch(3)
  await cloud.ec2.createTags({ Resources: [loose, behind], Tags: tags })
  await cloud.elb.registerInstancesWithLoadBalancer({
    ...{ LoadBalancerName: 'web', Instances: [{ InstanceId: behind }] },
  })
  const t = steps()
  const found = await leftInstances.find(t, nothingGoes)
  const about = { title: expect.stringContaining(' of web, running'), run }
  expect(plain(found)).toEqual(
    expect.arrayContaining([
      { thing: `instance/${loose}`, ...about },
      { thing: `instance/${behind}`, ...about, inUse: 'it is behind load balancer web' },
    ]),
  )
  expect(found).toHaveLength(2)
  for (const { inUse, remove } of found) if (inUse === undefined) await remove(t)
  await until(async () => (await cloud.states([loose]))[0] === 'terminated')
  expect(await cloud.states([behind, own])).toEqual(['running', 'running'])
  expect(plain(await leftInstances.find(t, nothingGoes)).map(({ thing }) => thing)).toEqual([
    `instance/${behind}`,
  ])
  await cloud.scaling.attachInstances({ AutoScalingGroupName: 'web', InstanceIds: [behind] })
  expect(await leftInstances.find(t, nothingGoes)).toMatchObject([{ inUse: 'group web has it' }])
})

test('one that is behind a target group stays', async () => {
  const network = await openNetworkBalancer(cloud, 'network', 19_300)
  const [id = ''] = await cloud.launch(1)
  await cloud.ec2.createTags({ Resources: [id], Tags: tags })
  await network.register(id)
  const found = plain(await leftInstances.find(steps(), nothingGoes))
  expect(found.find(({ thing }) => thing === `instance/${id}`)).toMatchObject({
    inUse: 'it is behind target group network',
  })
})

async function bake(count: number): Promise<{ image: string; snapshot: string }> {
  const [instance = ''] = Object.keys(await cloud.members())
  const { ImageId = '' } = await cloud.ec2.createImage({
    ...{ InstanceId: instance, NoReboot: true },
    Name: nameFor('web', `${run}-${String(count).padStart(12, '0')}`, 128),
    TagSpecifications: [
      { ResourceType: 'image', Tags: tags },
      { ResourceType: 'snapshot', Tags: tags },
    ],
  })
  let snapshot = ''
  await until(async () => {
    const { Images: [found] = [] } = await cloud.ec2.describeImages({ ImageIds: [ImageId] })
    snapshot = found?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''
    return found?.State === 'available'
  })
  return { image: ImageId, snapshot }
}

test('images that runs have baked are a series; who uses one keeps it, unless that goes as well', async () => {
  const [first, second] = [await bake(1), await bake(2)]
  await cloud.scaling.createLaunchConfiguration({
    ...{ LaunchConfigurationName: 'next', ImageId: first.image, InstanceType: 't3.micro' },
  })
  const t = steps()
  const about = ({ image }: { image: string }) => ({
    ...{ thing: `image/${image}`, title: `image ${image} of web, with its snapshots`, run, series: 'web' },
  })
  expect(plain(await leftImages.find(t, nothingGoes))).toEqual(
    expect.arrayContaining([{ ...about(first), inUse: 'launch configuration next names it' }, about(second)]),
  )
  const going: Going = { ...nothingGoes, things: ['launch-configuration/next'] }
  expect(plain(await leftImages.find(t, going))).toEqual(
    expect.arrayContaining([about(first), about(second)]),
  )
  for (const { inUse, remove } of await leftImages.find(t, nothingGoes))
    if (inUse === undefined) await remove(t)
  const { Images = [] } = await cloud.ec2.describeImages({ Owners: ['self'] })
  expect(Images.map(({ ImageId }) => ImageId)).toEqual([first.image])
  await cloud.scaling.deleteLaunchConfiguration({ LaunchConfigurationName: 'next' })
})

test('a snapshot is found once its image is gone, and deleted', async () => {
  const { image, snapshot } = await bake(3)
  const t = steps()
  expect(await leftSnapshots.find(t, nothingGoes)).toEqual([])
  await cloud.ec2.deregisterImage({ ImageId: image })
  const found = await leftSnapshots.find(t, nothingGoes)
  expect(plain(found)).toEqual([
    { thing: `snapshot/${snapshot}`, title: `snapshot ${snapshot}, whose image is gone`, run },
  ])
  await found[0]?.remove(t)
  const { Snapshots = [] } = await cloud.ec2.describeSnapshots({ OwnerIds: ['self'] })
  expect(Snapshots.map(({ SnapshotId }) => SnapshotId)).not.toContain(snapshot)
})
