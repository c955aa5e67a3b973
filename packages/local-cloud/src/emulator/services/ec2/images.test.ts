import { existsSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CreateImageCommand,
  type CreateImageCommandInput,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  type Image,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { layoutOf } from '../../machines/layout.ts'
import {
  account,
  type Ec2Cloud,
  eventually,
  openEc2Cloud,
  temporaryDirectory,
} from '../../testing/ec2-cloud.ts'

let cloud: Ec2Cloud
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let source: string

beforeAll(async () => {
  directory = await temporaryDirectory()
  cloud = await openEc2Cloud({ directory: directory.path })
  source = await launch(cloud.imageId)
})

afterAll(async () => {
  await cloud.close()
  await directory.remove()
})

async function launch(image: string): Promise<string> {
  const [instance] = await cloud.ec2.compute.launch({ ImageId: image, count: 1 })
  const id = instance?.id ?? ''
  await eventually(
    () => cloud.ec2.compute.describe([id])[0]?.state,
    (state) => state === 'running',
  )
  return id
}

async function create(changes: Partial<CreateImageCommandInput> = {}): Promise<string> {
  const name = `image-${Math.random()}`
  const input = { InstanceId: source, Name: name, NoReboot: true, ...changes }
  return (await cloud.client.send(new CreateImageCommand(input))).ImageId ?? ''
}

async function describe(id: string): Promise<Image | undefined> {
  return (await cloud.client.send(new DescribeImagesCommand({ ImageIds: [id] }))).Images?.[0]
}

function reach(id: string, state: string): Promise<Image | undefined> {
  return eventually(
    () => describe(id),
    (image) => image?.State === state,
  )
}

function fileOf(instance: string, name: string): string {
  return join(layoutOf(directory.path, instance).home, name)
}

test('an image holds what the disk held, and an instance launched from it has it', async () => {
  await writeFile(fileOf(source, 'release'), 'v2')
  const id = await create({
    Name: 'web v2',
    Description: 'second',
    TagSpecifications: [
      { ResourceType: 'image', Tags: [{ Key: 'run', Value: '1' }] },
      { ResourceType: 'snapshot', Tags: [{ Key: 'run', Value: '2' }] },
    ],
  })
  expect(await describe(id)).toMatchObject({
    State: 'pending',
    Name: 'web v2',
    Description: 'second',
    OwnerId: account,
  })
  const early = cloud.client.send(new RunInstancesCommand({ ImageId: id, MinCount: 1, MaxCount: 1 }))
  await expect(early).rejects.toMatchObject({ name: 'InvalidAMIID.Unavailable' })
  const image = await reach(id, 'available')
  expect(image).toMatchObject({
    Tags: [{ Key: 'run', Value: '1' }],
    SourceInstanceId: source,
    RootDeviceName: '/dev/xvda',
    Public: false,
  })
  const SnapshotIds = [image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '']
  const { Snapshots } = await cloud.client.send(new DescribeSnapshotsCommand({ SnapshotIds }))
  expect(Snapshots).toMatchObject([
    {
      State: 'completed',
      Progress: '100%',
      Tags: [{ Key: 'run', Value: '2' }],
      Description: `Created by CreateImage(${source}) for ${id}`,
    },
  ])
  expect(await readFile(fileOf(await launch(id), 'release'), 'utf8')).toBe('v2')
})

test('NoReboot leaves the machine running; without it the machine is booted again', async () => {
  const bootsOf = (): number =>
    cloud.machines.consoleOutput(source).split('sshd: Server listening').length - 1
  await eventually(bootsOf, (boots) => boots === 1)
  await reach(await create(), 'available')
  expect(bootsOf()).toBe(1)
  await create({ NoReboot: false })
  await eventually(bootsOf, (boots) => boots === 2)
  expect(cloud.ec2.compute.describe([source])[0]?.state).toBe('running')
})

test('a spoiled image fails when it would become available, with the reason of the fault', async () => {
  const fault = { code: 'Client.VolumeLimitExceeded', message: 'The volume was lost' }
  cloud.faults.add({ rules: [{ operation: 'CreateImage', kind: 'spoil', ...fault }] })
  const id = await create()
  expect(await describe(id)).toMatchObject({ State: 'pending' })
  expect(await reach(id, 'failed')).toMatchObject({
    StateReason: { Code: fault.code, Message: fault.message },
  })
  await cloud.client.send(new DeregisterImageCommand({ ImageId: id }))
  await reach(await create(), 'available')
})

test('a spoiled launch ends in mid-pending, with the reason of the fault', async () => {
  const fault = { code: 'Server.InsufficientInstanceCapacity', message: 'None is left' }
  cloud.faults.add({ rules: [{ operation: 'RunInstances', kind: 'spoil', ...fault }] })
  const input = { ImageId: cloud.imageId, MinCount: 1, MaxCount: 1 }
  const { Instances: [launched] = [] } = await cloud.client.send(new RunInstancesCommand(input))
  const ids = [launched?.InstanceId ?? '']
  const ended = await eventually(
    () => cloud.client.send(new DescribeInstancesCommand({ InstanceIds: ids })),
    ({ Reservations }) => Reservations?.[0]?.Instances?.[0]?.State?.Name === 'terminated',
  )
  expect(ended.Reservations?.[0]?.Instances?.[0]?.StateReason).toEqual({
    Code: fault.code,
    Message: `${fault.code}: ${fault.message}`,
  })
})

test('names are unique and well formed', async () => {
  const id = await create({ Name: 'taken' })
  await expect(create({ Name: 'taken' })).rejects.toMatchObject({
    name: 'InvalidAMIName.Duplicate',
    message: `AMI name taken is already in use by AMI ${id}`,
  })
  await expect(create({ Name: 'a:b' })).rejects.toMatchObject({ name: 'InvalidAMIName.Malformed' })
  await expect(create({ InstanceId: 'i-00000000' })).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
  })
  await expect(create({ InstanceId: undefined })).rejects.toMatchObject({ name: 'MissingParameter' })
})

test('deregistering ends the image, not its instances nor its snapshot', async () => {
  const id = await create()
  const image = await reach(id, 'available')
  const snapshot = image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''
  const instance = await launch(id)
  const inUse = cloud.client.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }))
  await expect(inUse).rejects.toMatchObject({ name: 'InvalidSnapshot.InUse' })
  await cloud.client.send(new DeregisterImageCommand({ ImageId: id }))
  await expect(describe(id)).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' })
  expect(cloud.ec2.compute.describe([instance])[0]?.state).toBe('running')
  await eventually(
    () => existsSync(join(directory.path, 'images', id)),
    (there) => !there,
  )
  await cloud.client.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }))
  const gone = cloud.client.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }))
  await expect(gone).rejects.toMatchObject({ name: 'InvalidSnapshot.NotFound' })
})

test('DeleteAssociatedSnapshots takes the snapshot along, in mid-bake too', async () => {
  const id = await create({ Name: 'short-lived' })
  const snapshot = (await describe(id))?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''
  const answer = await cloud.client.send(
    new DeregisterImageCommand({ ImageId: id, DeleteAssociatedSnapshots: true }),
  )
  expect(answer).toMatchObject({
    Return: true,
    DeleteSnapshotResults: [{ SnapshotId: snapshot, ReturnCode: 'success' }],
  })
  const gone = cloud.client.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }))
  await expect(gone).rejects.toMatchObject({ name: 'InvalidSnapshot.NotFound' })
  await create({ Name: 'short-lived' })
})

test('owners and filters select images', async () => {
  const id = await create({
    Name: 'filtered-1',
    TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'k', Value: 'v' }] }],
  })
  const find = async (input: DescribeImagesCommandInput): Promise<(string | undefined)[]> =>
    ((await cloud.client.send(new DescribeImagesCommand(input))).Images ?? []).map(({ ImageId }) => ImageId)
  expect(await find({ Filters: [{ Name: 'name', Values: ['filtered-*'] }] })).toEqual([id])
  expect(await find({ Filters: [{ Name: 'tag:k', Values: ['v'] }] })).toEqual([id])
  for (const [Name, value] of [
    ['is-public', 'true'],
    ['image-type', 'machine'],
    ['hypervisor', 'xen'],
    ['ena-support', 'true'],
  ])
    expect(await find({ Filters: [{ Name, Values: [value ?? ''] }] })).toContain(cloud.imageId)
  expect(await find({ Filters: [{ Name: 'is-public', Values: ['false'] }] })).toContain(id)
  expect(await find({ Owners: ['amazon'] })).toEqual([cloud.imageId])
  expect(await find({ Owners: ['self'] })).not.toContain(cloud.imageId)
  const foreign = cloud.client.send(new DeregisterImageCommand({ ImageId: cloud.imageId }))
  await expect(foreign).rejects.toMatchObject({ name: 'AuthFailure' })
  await expect(describe('ami-00000000')).rejects.toThrow("The image id '[ami-00000000]' does not exist")
})

test('an image fails when its disk cannot be copied', async () => {
  const images = join(directory.path, 'images')
  await rename(images, `${images}.away`)
  await writeFile(images, 'a file where the directory was')
  const id = await create({ Name: 'will fail' })
  const image = await reach(id, 'failed')
  await rm(images)
  await rename(`${images}.away`, images)
  expect(image?.StateReason).toMatchObject({
    Code: 'Server.InternalError',
    Message: expect.stringContaining('ENOTDIR'),
  })
  const SnapshotIds = [image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '']
  const { Snapshots } = await cloud.client.send(new DescribeSnapshotsCommand({ SnapshotIds }))
  expect(Snapshots?.[0]?.State).toBe('error')
  await cloud.client.send(new DeregisterImageCommand({ ImageId: id }))
})
