import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until } from '../../../aws/src/testing/fleet-cloud.ts'
import { type TestSteps, testSteps } from '../../../aws/src/testing/test-steps.ts'
import { ec2 } from '../index.ts'
import { removeImage } from './remove-image.ts'
import { removeSnapshot } from './remove-snapshot.ts'

let cloud: FleetCloud
/** An instance to bake from. */
let seed: string
/** An image that a run has baked. */
let image: string
let count = 0
const instances = ec2()

beforeAll(async () => {
  cloud = await openFleetCloud()
  seed = (await cloud.launch(1))[0] ?? ''
})

beforeEach(async () => {
  image = await bake([{ Key: 'viridian:run', Value: '20261122-101010-aaaa' }])
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const steps = (): TestSteps => testSteps(cloud.context())

async function bake(Tags: { Key: string; Value: string }[]): Promise<string> {
  count += 1
  const { ImageId = '' } = await cloud.ec2.createImage({
    InstanceId: seed,
    Name: `baked ${count}`,
    NoReboot: true,
    TagSpecifications: ['image' as const, 'snapshot' as const].map((ResourceType) => ({
      ResourceType,
      Tags,
    })),
  })
  await until(async () => {
    const { Images: [found] = [] } = await cloud.ec2.describeImages({ ImageIds: [ImageId] })
    return found?.State === 'available'
  })
  return ImageId
}

async function own(): Promise<{ images: string[]; snapshots: string[] }> {
  const { Images = [] } = await cloud.ec2.describeImages({ Owners: ['self'] })
  const { Snapshots = [] } = await cloud.ec2.describeSnapshots({ OwnerIds: ['self'] })
  return {
    images: Images.map(({ ImageId = '' }) => ImageId),
    snapshots: Snapshots.map(({ SnapshotId = '' }) => SnapshotId),
  }
}

const kept = (reason: unknown) => ({ unused: [], kept: [{ image, reason }] })

test('an image is unused when nothing was launched from it, and nothing names it', async () => {
  expect(await instances.unused(steps(), [image, image])).toEqual({ unused: [image], kept: [] })
  expect(await instances.unused(steps(), [])).toEqual({ unused: [], kept: [] })
})

test("what no run has baked, or is not the account's, stays whoever uses it", async () => {
  const other = await bake([{ Key: 'team', Value: 'shop' }])
  expect(await instances.unused(steps(), [other, cloud.image, 'ami-00000000000000000'])).toEqual({
    unused: [],
    kept: [
      { image: other, reason: 'no run of Viridian has baked it' },
      { image: cloud.image, reason: "it is none of this account's images" },
      { image: 'ami-00000000000000000', reason: "it is none of this account's images" },
    ],
  })
})

test('an instance keeps its image until it is terminated', async () => {
  const { Instances: [made] = [] } = await cloud.ec2.runInstances({
    ...{ ImageId: image, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
  })
  const id = made?.InstanceId ?? ''
  await until(async () => (await cloud.states([id]))[0] === 'running')
  expect(await instances.unused(steps(), [image])).toEqual(
    kept(`${id}, which is running, was launched from it`),
  )
  await cloud.terminate([id])
  await until(async () => (await cloud.states([id]))[0] === 'terminated')
  expect(await instances.unused(steps(), [image])).toEqual({ unused: [image], kept: [] })
})

test('a launch configuration keeps its image, unless it goes as well', async () => {
  const LaunchConfigurationName = 'web-lc--2'
  await cloud.scaling.createLaunchConfiguration({
    ...{ LaunchConfigurationName, ImageId: image, InstanceType: 't3.micro' },
  })
  expect(await instances.unused(steps(), [image])).toEqual(kept('launch configuration web-lc--2 names it'))
  const without = [{ kind: 'launchConfiguration' as const, name: LaunchConfigurationName }]
  expect(await instances.unused(steps(), [image], { without })).toEqual({ unused: [image], kept: [] })
  const t = steps()
  await instances.removeImages(t, [image])
  expect((await own()).images).toContain(image)
  await cloud.scaling.deleteLaunchConfiguration({ LaunchConfigurationName })
})

test('every version of a launch template keeps its image, unless that version goes as well', async () => {
  const data = { InstanceType: 't3.micro' as const }
  const { LaunchTemplate } = await cloud.ec2.createLaunchTemplate({
    LaunchTemplateName: 'web',
    LaunchTemplateData: { ...data, ImageId: image },
  })
  const { LaunchTemplateId: id = '' } = LaunchTemplate ?? {}
  await cloud.ec2.createLaunchTemplateVersion({
    LaunchTemplateId: id,
    LaunchTemplateData: { ...data, ImageId: cloud.image },
  })
  expect(await instances.unused(steps(), [image])).toEqual(kept('launch template web:1 names it'))
  const source = { kind: 'launchTemplate' as const, id, name: 'web' }
  const without = (version: string) => ({ without: [{ ...source, version }] })
  expect(await instances.unused(steps(), [image], without('2'))).toMatchObject({ unused: [] })
  expect(await instances.unused(steps(), [image], without('1'))).toMatchObject({ unused: [image] })
  await cloud.ec2.deleteLaunchTemplate({ LaunchTemplateId: id })
})

test('an image is removed with its snapshots, also when the answer is lost, and is not brought back', async () => {
  const before = await own()
  const { Images: [found] = [] } = await cloud.ec2.describeImages({ ImageIds: [image] })
  const snapshot = found?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId
  const t = steps()
  await cloud.lose('DeregisterImage')
  await instances.removeImages(t, [image])
  await instances.removeImages(t, [image])
  expect(await own()).toEqual({
    images: before.images.filter((each) => each !== image),
    snapshots: before.snapshots.filter((each) => each !== snapshot),
  })
  const left = { leftAlone: `image ${image}: a deregistered one cannot be brought back` }
  expect(await t.undo()).toEqual([left, left])
})

test('an image that is in use by now stays, and that is said', async () => {
  const LaunchConfigurationName = 'late'
  await cloud.scaling.createLaunchConfiguration({
    ...{ LaunchConfigurationName, ImageId: image, InstanceType: 't3.micro' },
  })
  const c = cloud.context()
  const before = await removeImage.before({ image }, c)
  expect(await removeImage.run({ image }, { ...c, before, token: 'unused' })).toEqual({
    removed: false,
    snapshots: [],
  })
  expect(c.events.filter(({ kind }) => kind === 'aws.left')).toMatchObject([
    { text: [`Left: image ${image}: launch configuration late names it`], atEnd: true },
  ])
  expect((await own()).images).toContain(image)
  await cloud.scaling.deleteLaunchConfiguration({ LaunchConfigurationName })
})

test('a snapshot that AWS has left is found and deleted; one that an image is made of stays', async () => {
  const c = { ...cloud.context(), before: null, token: 'unused' }
  const before = await removeImage.before({ image }, c)
  const [snapshot = ''] = before ?? []
  expect(await removeSnapshot.run({ snapshot }, c)).toEqual({ removed: false })
  await cloud.ec2.deregisterImage({ ImageId: image })
  expect(await removeImage.find({ image }, { ...c, before })).toEqual({
    status: 'done',
    output: { removed: true, snapshots: [snapshot] },
  })
  expect(await removeSnapshot.find({ snapshot }, c)).toEqual({ status: 'absent' })
  expect(await removeSnapshot.run({ snapshot }, c)).toEqual({ removed: true })
  expect(await removeSnapshot.run({ snapshot }, c)).toEqual({ removed: true })
  expect(await removeSnapshot.find({ snapshot }, c)).toEqual({ status: 'done', output: { removed: true } })
})
