import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import type { LaunchTemplateVersion } from '@aws-sdk/client-ec2'
import type { Fleet } from '@viridian/aws'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until, userData } from '../../aws/src/testing/fleet-cloud.ts'
import { type TestSteps, testSteps } from '../../aws/src/testing/test-steps.ts'
import { createLaunchTemplateVersion } from './create-launch-template-version.ts'
import { autoScaling } from './index.ts'

let cloud: FleetCloud
let id: string
let image: string
const fleets = autoScaling()
const AutoScalingGroupName = 'tpl'

beforeAll(async () => {
  cloud = await openFleetCloud()
  const { LaunchTemplate } = await cloud.ec2.createLaunchTemplate({
    LaunchTemplateName: 'web',
    LaunchTemplateData: {
      ImageId: cloud.image,
      InstanceType: 't3.micro',
      UserData: userData,
      IamInstanceProfile: { Name: 'web' },
      Monitoring: { Enabled: true },
      NetworkInterfaces: [
        { DeviceIndex: 0, AssociatePublicIpAddress: false, Groups: ['sg-00000000000000001'] },
      ],
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, SnapshotId: 'snap-0123456789abcdef0' } },
      ],
      InstanceMarketOptions: {
        MarketType: 'spot',
        SpotOptions: { ValidUntil: new Date('2030-01-01T00:00:00Z') },
      },
    },
  })
  id = LaunchTemplate?.LaunchTemplateId ?? ''
  await cloud.scaling.createAutoScalingGroup({
    AutoScalingGroupName,
    LaunchTemplate: { LaunchTemplateId: id, Version: '$Latest' },
    MinSize: 0,
    MaxSize: 0,
    AvailabilityZones: ['eu-west-1a'],
  })
  const [instance = ''] = await cloud.launch(1)
  const made = await cloud.ec2.createImage({ InstanceId: instance, Name: 'next' })
  image = made.ImageId ?? ''
  await until(async () => {
    const { Images: [found] = [] } = await cloud.ec2.describeImages({ ImageIds: [image] })
    return found?.State === 'available'
  })
  await cloud.terminate([instance])
})

beforeEach(async () => {
  await point('$Latest')
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const steps = (): TestSteps => testSteps(cloud.context())
const described = (): Promise<Fleet> => fleets.describe(steps(), AutoScalingGroupName)

async function point(Version: string): Promise<void> {
  const LaunchTemplate = { LaunchTemplateId: id, Version }
  await cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName, LaunchTemplate })
}

async function group(name = AutoScalingGroupName): Promise<AutoScalingGroup | undefined> {
  const { AutoScalingGroups } = await cloud.scaling.describeAutoScalingGroups({
    AutoScalingGroupNames: [name],
  })
  return AutoScalingGroups?.[0]
}

const says = async (name?: string): Promise<string | undefined> =>
  (await group(name))?.LaunchTemplate?.Version

async function versions(): Promise<LaunchTemplateVersion[]> {
  const { LaunchTemplateVersions = [] } = await cloud.ec2.describeLaunchTemplateVersions({
    LaunchTemplateId: id,
  })
  return LaunchTemplateVersions
}

const numbers = async (): Promise<unknown[]> => (await versions()).map(({ VersionNumber }) => VersionNumber)

test('a group is described with the number behind what it says, and no secret', async () => {
  const { launch } = await described()
  expect(launch).toEqual({
    source: { kind: 'launchTemplate', id, name: 'web', version: '1' },
    floating: '$Latest',
    image: cloud.image,
    instanceType: 't3.micro',
    securityGroups: ['sg-00000000000000001'],
    profile: 'web',
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  await point('1')
  const { floating: _, ...numbered } = launch
  expect((await described()).launch).toEqual(numbered)
})

test('relaunch gives the template a version that has all but the image and the old snapshots', async () => {
  const t = steps()
  await fleets.relaunchWith(t, await described(), image)
  const [made, original] = await versions()
  expect(await says()).toBe(`${made?.VersionNumber}`)
  expect(made).toMatchObject({
    DefaultVersion: false,
    VersionDescription: expect.stringMatching(/^tpl--20261123-/),
  })
  const BlockDeviceMappings = [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20 } }]
  const data = { ...original?.LaunchTemplateData, ImageId: image, BlockDeviceMappings }
  expect(made?.LaunchTemplateData).toEqual(data)
  expect(data.UserData).toBe(userData)
  expect(t.taken.join('\n')).not.toContain(userData)

  expect((await t.undo()).filter((report) => report !== undefined)).toEqual([])
  expect([await says(), await numbers()]).toEqual(['$Latest', [1]])
})

test('the group never launches what nobody deployed: it says the number before there is a newer version', async () => {
  const t = steps()
  await fleets.relaunchWith(t, await described(), image)
  expect(t.taken.slice(-3)).toEqual([
    'point tpl at web:1',
    `add a version to web, like 1 with ${image}`,
    `point tpl at web:${await says()}`,
  ])
  await t.undo()
  await point('1')
  const numbered = steps()
  await fleets.relaunchWith(numbered, await described(), image)
  expect(numbered.taken).toHaveLength(2)
  await numbered.undo()
  expect(await says()).toBe('1')
})

test('every answer may be lost once, on the way there and on the way back', async () => {
  const blue = await described()
  const t = steps()
  await cloud.lose('UpdateAutoScalingGroup', 'CreateLaunchTemplateVersion')
  await fleets.relaunchWith(t, blue, image)
  const [made] = await numbers()
  expect(await numbers()).toEqual([made, 1])
  expect(await says()).toBe(`${made}`)
  await cloud.lose('UpdateAutoScalingGroup', 'DeleteLaunchTemplateVersions')
  expect((await t.undo()).filter((report) => report !== undefined)).toEqual([])
  expect([await says(), await numbers()]).toEqual(['$Latest', [1]])
})

test('a version whose answer was lost is found by what describes it, and is not made twice', async () => {
  const { launch } = await described()
  if (launch.source.kind !== 'launchTemplate') throw new Error('the group launches from another kind')
  const input = { from: launch.source, digest: launch.digest, image }
  const context = cloud.context()
  const before = await createLaunchTemplateVersion.before(input, context)
  const c = { ...context, before, token: '20261123-154233-k3f9-cccccccccccc' }
  expect(await createLaunchTemplateVersion.find(input, c)).toEqual({ status: 'absent' })
  const output = await createLaunchTemplateVersion.run(input, c)
  expect(await createLaunchTemplateVersion.find(input, c)).toEqual({ status: 'done', output })
  expect(await createLaunchTemplateVersion.run(input, c)).toEqual(output)
  await createLaunchTemplateVersion.undo(input, { ...c, output })
  expect(await createLaunchTemplateVersion.undo(input, { ...c, output })).toBeUndefined()
  expect(await numbers()).toEqual([1])
}, 20_000)

test('a version that somebody else uses since is left alone', async () => {
  const t = steps()
  const source = await fleets.copyLaunch(t, (await described()).launch, image)
  if (source.kind !== 'launchTemplate') throw new Error('the copy is of another kind')
  const { version } = source
  const LaunchTemplate = { LaunchTemplateName: 'web', Version: version }
  const other = { AutoScalingGroupName: 'other', LaunchTemplate, MinSize: 0, MaxSize: 0 }
  await cloud.scaling.createAutoScalingGroup({ ...other, AvailabilityZones: ['eu-west-1a'] })
  expect(await t.undo()).toContainEqual({ leftAlone: `web:${version}: group other uses it` })
  await cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'other' })

  const next = steps()
  const copy = await fleets.copyLaunch(next, (await described()).launch, image)
  const DefaultVersion = copy.kind === 'launchTemplate' ? copy.version : ''
  await cloud.ec2.modifyLaunchTemplate({ LaunchTemplateId: id, DefaultVersion })
  expect(await next.undo()).toContainEqual({
    leftAlone: `web:${DefaultVersion} is the default of its template now`,
  })
  await cloud.ec2.modifyLaunchTemplate({ LaunchTemplateId: id, DefaultVersion: '1' })
  await cloud.ec2.deleteLaunchTemplateVersions({ LaunchTemplateId: id, Versions: [version, DefaultVersion] })
})

test('a version goes with its fleet, unless it is the default or a group launches from it', async () => {
  const { launch } = await described()
  const source = await fleets.copyLaunch(steps(), launch, image)
  if (source.kind !== 'launchTemplate') throw new Error('the copy is of another kind')
  const version = Number(source.version)
  const old = async (Version: string): Promise<Fleet> => {
    const LaunchTemplate = { LaunchTemplateId: id, Version }
    const group = { AutoScalingGroupName: 'old', LaunchTemplate, MinSize: 0, MaxSize: 0 }
    await cloud.scaling.createAutoScalingGroup({ ...group, AvailabilityZones: ['eu-west-1a'] })
    return fleets.describe(steps(), 'old')
  }
  await point('1')
  await fleets.remove(steps(), await old('$Default'))
  await point('$Latest')
  await fleets.remove(steps(), await old(source.version))
  await point(source.version)
  await fleets.remove(steps(), await old(source.version))
  expect(await numbers()).toEqual([version, 1])

  await point('1')
  const t = steps()
  await cloud.lose('DeleteLaunchTemplateVersions')
  await fleets.remove(t, await old(source.version))
  expect(await numbers()).toEqual([1])
  expect(await t.undo()).toContainEqual({
    leftAlone: `launch template version web:${version}: a deleted one cannot be brought back`,
  })
})

test('a group that somebody has pointed elsewhere since is left alone', async () => {
  const t = steps()
  await fleets.relaunchWith(t, await described(), image)
  const LaunchConfigurationName = 'web-lc'
  await cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName, LaunchConfigurationName })
  expect(await t.undo()).toContainEqual({
    leftAlone: 'tpl launches from web-lc now: somebody has changed it',
  })
  expect([(await group())?.LaunchConfigurationName, await numbers()]).toEqual(['web-lc', [1]])
})

test.each([
  ['a launch template', () => ({ LaunchTemplate: { LaunchTemplateId: id, Version: '1' } })],
  ['a launch configuration', () => ({ LaunchConfigurationName: 'web-lc' })],
])("a replica that launches from blue's %s is relaunched as any group", async (_kind, source) => {
  const replica = { AutoScalingGroupName: 'green', ...source(), MinSize: 0, MaxSize: 0 }
  await cloud.scaling.createAutoScalingGroup({ ...replica, AvailabilityZones: ['eu-west-1a'] })
  const before = await group('green')
  const t = steps()
  const green = await fleets.describe(t, 'green')
  await fleets.relaunchWith(t, green, image)
  expect((await fleets.describe(steps(), 'green')).launch).toMatchObject({
    image,
    source: { kind: green.launch.source.kind },
  })
  expect((await t.undo()).filter((report) => report !== undefined)).toEqual([])
  expect(await group('green')).toEqual(before)
  await cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'green' })
})

test('a version that was deleted, and a template that says not enough, are named', async () => {
  const bare = { ImageId: cloud.image }
  const { LaunchTemplateVersion: made } = await cloud.ec2.createLaunchTemplateVersion({
    LaunchTemplateId: id,
    LaunchTemplateData: bare,
  })
  const version = `${made?.VersionNumber}`
  await point(version)
  await expect(described()).rejects.toMatchObject({
    code: 'E_LAUNCH_TEMPLATE_INCOMPLETE',
    message: `web:${version} names no instance type`,
  })
  await cloud.ec2.deleteLaunchTemplateVersions({ LaunchTemplateId: id, Versions: [version] })
  await expect(described()).rejects.toMatchObject({ code: 'E_LAUNCH_TEMPLATE_NOT_FOUND' })
})
