import type { EC2 } from '@aws-sdk/client-ec2'
import { type Fleet, launchSpecOf, readLaunchSettings } from '@viridian/aws'
import type { ChangeContext } from '@viridian/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until, userData } from '../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { createImage } from './create-image.ts'
import { ec2 } from './index.ts'
import { runInstances } from './run-instances.ts'

let cloud: FleetCloud
let fleet: Fleet
let client: EC2
const instances = ec2({ ssh: { user: 'deploy', port: 2222 } })

beforeAll(async () => {
  cloud = await openFleetCloud()
  client = cloud.ec2
  fleet = await described()
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

async function described(): Promise<Fleet> {
  const group = await cloud.group()
  const c = cloud.context()
  const settings = await readLaunchSettings(c, { kind: 'launchConfiguration', name: 'web-lc' })
  return {
    name: 'web',
    min: 2,
    max: 4,
    desired: 3,
    zones: group.AvailabilityZones ?? [],
    subnets: [],
    healthCheck: { type: 'ELB', grace: 30 },
    launch: launchSpecOf(settings),
    instances: (group.Instances ?? []).map((each) => ({
      id: each.InstanceId ?? '',
      zone: each.AvailabilityZone ?? '',
      lifecycle: 'InService',
      health: 'Healthy',
      protected: false,
    })),
    loadBalancers: [],
    suspended: [],
    instanceTags: { team: 'shop' },
  }
}

test("instances are launched like the group's own, and terminated by the undo", async () => {
  const t = testSteps(cloud.context())
  const green = await instances.launchLike(t, fleet.launch, { like: fleet })
  const ids = green.map(({ id }) => id)
  expect(green.map(({ zone }) => zone).sort()).toEqual(fleet.zones)
  for (const each of green) {
    expect(each).toMatchObject({ name: each.id, user: 'deploy', port: 2222, image: cloud.image })
    expect(each.labels).toMatchObject({ instanceId: each.id, zone: each.zone, name: 'web' })
    expect(each.hostKeys?.[0]).toMatch(/^(ssh-ed25519 AAAA|SHA256:)/)
  }
  const { Reservations = [] } = await client.describeInstances({ InstanceIds: ids })
  for (const { Instances: [made] = [] } of Reservations) {
    expect(made).toMatchObject({
      InstanceType: 't3.micro',
      EbsOptimized: true,
      Monitoring: { State: 'disabled' },
    })
    expect(Object.fromEntries((made?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      Name: 'web',
      team: 'shop',
      'viridian:run': t.runId,
      'viridian:step': made?.ClientToken,
    })
  }
  const attribute = await client.describeInstanceAttribute({ InstanceId: ids[0], Attribute: 'userData' })
  expect(attribute.UserData?.Value).toBe(userData)

  expect(await t.undo()).toEqual([undefined, undefined, undefined])
  for (const state of await cloud.states(ids)) expect(['shutting-down', 'terminated']).toContain(state)
})

test('the hosts of a group are its running members, in the order of their ids, with the keys on their consoles', async () => {
  const members = fleet.instances.map(({ id }) => id).sort()
  const known = await instances.hosts({ group: 'web' })(cloud.context())
  expect(known).toEqual(
    members.map((id) => expect.objectContaining({ name: id, user: 'deploy', port: 2222 })),
  )
  const found = [...(await instances.hosts({ group: 'web', trustConsole: true })(cloud.context()))]
  const key = expect.stringMatching(/^(ssh-ed25519 AAAA|SHA256:)/)
  const hostKeys = expect.arrayContaining([key])
  expect(found).toEqual(known.map((host) => ({ ...Object(host), hostKeys })))
  // EC2 takes it for any text.
  expect(await instances.hosts({ group: 'w*' })(cloud.context())).toEqual([])
})

test('instances are launched from a version of a launch template, in its network interface', async () => {
  const { LaunchTemplate } = await client.createLaunchTemplate({
    LaunchTemplateName: 'web',
    LaunchTemplateData: {
      ImageId: cloud.image,
      InstanceType: 't3.small',
      UserData: userData,
      NetworkInterfaces: [{ DeviceIndex: 0, DeleteOnTermination: true }],
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'of', Value: 'template' }] }],
    },
  })
  const { LaunchTemplateId: id = '', LaunchTemplateName: name = '' } = LaunchTemplate ?? {}
  const { Subnets = [] } = await client.describeSubnets()
  const c = cloud.context()
  const settings = await readLaunchSettings(c, { kind: 'launchTemplate', id, name, version: '$Latest' })
  const t = testSteps(c)
  const like = { ...fleet, subnets: Subnets.map(({ SubnetId = '' }) => SubnetId) }
  await cloud.lose('RunInstances')
  const green = await instances.launchLike(t, launchSpecOf(settings), { like, trustConsole: false })
  expect(green.map(({ subnet }) => subnet).sort()).toEqual([...like.subnets].sort())
  const { Reservations = [] } = await client.describeInstances({ InstanceIds: green.map(({ id }) => id) })
  expect(Reservations.flatMap(({ Instances = [] }) => Instances)).toHaveLength(3)
  for (const { Instances: [made] = [] } of Reservations) {
    expect(made).toMatchObject({ InstanceType: 't3.small' })
    expect(Object.fromEntries((made?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      Name: 'web',
      team: 'shop',
      of: 'template',
      'viridian:run': t.runId,
      'aws:ec2launchtemplate:id': id,
      'aws:ec2launchtemplate:version': '1',
    })
  }
  const attribute = await client.describeInstanceAttribute({
    InstanceId: green[0]?.id,
    Attribute: 'userData',
  })
  expect(attribute.UserData?.Value).toBe(userData)
  await t.undo()
})

test('the undo may be called twice', async () => {
  const c = cloud.context()
  const t = testSteps(c)
  const [one] = await instances.launchLike(t, fleet.launch, { like: fleet, count: 1 })
  const output = { ids: [one?.id ?? ''] }
  const input = launchInput()
  await runInstances.undo(input, { ...c, before: null, token: 'unused', output })
  await runInstances.undo(input, { ...c, before: null, token: 'unused', output })
  expect(await cloud.states(output.ids)).not.toContain('running')
})

const launchInput = () => ({
  source: fleet.launch.source,
  digest: fleet.launch.digest,
  placement: { zone: fleet.zones[0] ?? '', count: 2 },
  name: 'web',
  tags: {},
})

test('a launch whose answer was lost is found by its token, and is not made twice', async () => {
  const token = '20261123-154233-k3f9-aaaaaaaaaaaa'
  const c: ChangeContext<null> = { ...cloud.context(), before: null, token }
  expect(await runInstances.find(launchInput(), c)).toEqual({ status: 'absent' })
  const output = await runInstances.run(launchInput(), c)
  const found = await runInstances.find(launchInput(), c)
  expect(found).toMatchObject({ status: 'done' })
  expect(found.status === 'done' && [...found.output.ids].sort()).toEqual([...output.ids].sort())
  expect((await runInstances.run(launchInput(), c)).ids.sort()).toEqual([...output.ids].sort())
  await runInstances.undo(launchInput(), { ...c, output })
  expect(await runInstances.find(launchInput(), c)).toEqual({ status: 'absent' })
}, 20_000)

test("a run's own instance needs no bringing back, another one is missed", async () => {
  const t = testSteps(cloud.context())
  const own = await instances.launchLike(t, fleet.launch, { like: fleet, count: 1, trustConsole: false })
  await instances.terminate(t, own)
  expect((await t.undo()).filter((report) => report !== undefined)).toEqual([])
  const [foreign = ''] = await cloud.launch(1)
  await cloud.ec2.createTags({
    Resources: [foreign],
    Tags: [{ Key: 'viridian:run', Value: '20261122-101010-aaaa' }],
  })
  await instances.terminate(t, [{ id: foreign }])
  expect(await t.undo()).toEqual([{ leftAlone: `${foreign}: a terminated instance cannot be brought back` }])
})

test('what a run has launched is taken back also where it is protected from being terminated', async () => {
  const { LaunchTemplate } = await client.createLaunchTemplate({
    LaunchTemplateName: 'protected',
    LaunchTemplateData: { ImageId: cloud.image, InstanceType: 't3.small', DisableApiTermination: true },
  })
  const { LaunchTemplateId: id = '', LaunchTemplateName: name = '' } = LaunchTemplate ?? {}
  const c = cloud.context()
  const settings = await readLaunchSettings(c, { kind: 'launchTemplate', id, name, version: '1' })
  const t = testSteps(c)
  const green = await instances.launchLike(t, launchSpecOf(settings), {
    like: fleet,
    count: 2,
    trustConsole: false,
  })
  const ids = green.map((each) => each.id)
  await expect(client.terminateInstances({ InstanceIds: ids })).rejects.toThrow(/may not be terminated/)
  await t.undo()
  for (const state of await cloud.states(ids)) expect(['shutting-down', 'terminated']).toContain(state)
})

test('a launch source that was replaced is refused', async () => {
  const c = { ...cloud.context(), before: null, token: 'x' }
  await expect(runInstances.run({ ...launchInput(), digest: 'other' }, c)).rejects.toMatchObject({
    code: 'E_LAUNCH_CHANGED',
  })
})

test('running instances are hosts, with the keys of their consoles when these are trusted', async () => {
  const t = testSteps(cloud.context())
  const [made] = await instances.launchLike(t, fleet.launch, { like: fleet, count: 1 })
  const refs = [{ id: made?.id ?? '' }]
  expect(await instances.describe(t, refs)).toEqual([{ ...made, hostKeys: undefined }])
  expect(await instances.describe(t, refs, { trustConsole: true })).toEqual([made])
  await t.undo()
})

test('an instance that AWS ends while it is waited for fails with the reason', async () => {
  const ids = await cloud.launch(1)
  await client.terminateInstances({ InstanceIds: ids })
  await expect(instances.describe(testSteps(cloud.context()), [{ id: ids[0] ?? '' }])).rejects.toMatchObject({
    code: 'E_INSTANCE_LOST',
    message: expect.stringMatching(/is (shutting-down|terminated): (?!no reason)/),
  })
})

test('an image is baked, tagged with its snapshots, and taken away by the undo', async () => {
  const c = cloud.context()
  const t = testSteps(c)
  const [green] = await instances.launchLike(t, fleet.launch, { like: fleet, count: 1, trustConsole: false })
  expect(green).not.toHaveProperty('hostKeys')
  const image = await instances.bake(t, green)
  const { Images: [made] = [] } = await client.describeImages({ ImageIds: [image] })
  expect(made).toMatchObject({ State: 'available', Name: expect.stringMatching(/^web--20261123-/) })
  const own = { Name: `tag:viridian:run`, Values: [t.runId] }
  const snapshots = async () =>
    (await client.describeSnapshots({ OwnerIds: ['self'], Filters: [own] })).Snapshots ?? []
  expect(await snapshots()).not.toEqual([])
  expect((await t.undo()).filter((report) => report !== undefined)).toEqual([])
  expect((await client.describeImages({ Filters: [{ Name: 'image-id', Values: [image] }] })).Images).toEqual(
    [],
  )
  expect(await snapshots()).toEqual([])
  if (green) await until(async () => (await cloud.states([green.id]))[0] === 'terminated')
})

test('every answer may be lost once, on the way there and on the way back', async () => {
  const t = testSteps(cloud.context())
  await cloud.lose('RunInstances', 'CreateImage')
  const green = await instances.launchLike(t, fleet.launch, { like: fleet, count: 1 })
  const image = await instances.bake(t, green[0])
  const own = [{ Name: 'tag:viridian:run', Values: [t.runId] }]
  const living = { Name: 'instance-state-name', Values: ['pending', 'running'] }
  const alive = async () => (await client.describeInstances({ Filters: [...own, living] })).Reservations
  expect(await alive()).toHaveLength(1)
  expect((await client.describeImages({ Filters: own })).Images).toMatchObject([{ ImageId: image }])
  await cloud.lose('DeregisterImage', 'TerminateInstances')
  await t.undo()
  expect(await alive()).toEqual([])
  expect((await client.describeImages({ Filters: own })).Images).toEqual([])
})

test('an image that is still pending is found by its name, and taken away whole', async () => {
  const [instance = ''] = await cloud.launch(1)
  const c = { ...cloud.context(), before: null, token: '20261123-154233-k3f9-bbbbbbbbbbbb' }
  const input = { instance, name: 'web: odd name' }
  expect(await createImage.find(input, c)).toEqual({ status: 'absent' })
  const output = await createImage.run(input, c)
  expect(await createImage.find(input, c)).toEqual({ status: 'done', output })
  await createImage.undo(input, { ...c, output })
  await createImage.undo(input, { ...c, output })
  const left = await client.describeSnapshots({
    OwnerIds: ['self'],
    Filters: [{ Name: 'tag:viridian:step', Values: [c.token] }],
  })
  expect(left.Snapshots).toEqual([])
  await cloud.terminate([instance])
}, 20_000)
