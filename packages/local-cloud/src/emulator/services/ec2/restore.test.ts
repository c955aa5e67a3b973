import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CreateImageCommand,
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Ec2Cloud, eventually, openEc2Cloud, temporaryDirectory } from '../../testing/ec2-cloud.ts'
import type { ComputeInstance } from './compute.ts'

let cloud: Ec2Cloud
let directory: Awaited<ReturnType<typeof temporaryDirectory>>

beforeEach(async () => {
  directory = await temporaryDirectory()
  cloud = await openEc2Cloud({ directory: directory.path })
})

afterEach(async () => {
  await cloud.close()
  await directory.remove()
})

async function reach(id: string, state: string): Promise<ComputeInstance | undefined> {
  return eventually(
    () => cloud.ec2.compute.describe([id])[0],
    (instance) => instance?.state === state,
  )
}

/** Waits until so many instances have booted. */
async function booted(count: number): Promise<void> {
  await eventually(
    async () => (await cloud.client.send(new DescribeInstanceStatusCommand({}))).InstanceStatuses ?? [],
    (statuses) => statuses.filter(({ InstanceStatus }) => InstanceStatus?.Status === 'ok').length === count,
  )
}

async function reopen(): Promise<void> {
  await cloud.close()
  cloud = await openEc2Cloud({ directory: directory.path })
}

test('the next cloud finds the fleet as the last one left it', async () => {
  const [one, other, ending] = await cloud.ec2.compute.launch({ ImageId: cloud.imageId, count: 3 })
  const running = await reach(one?.id ?? '', 'running')
  await booted(3)
  cloud.ec2.compute.terminate([ending?.id ?? ''])
  await reopen()
  expect(await cloud.ec2.importImage('base')).toBe(running?.imageId)
  expect(cloud.ec2.compute.describe([one?.id ?? ''])).toEqual([running])
  expect(cloud.machines.isRunning(one?.id ?? '')).toBe(true)
  expect(cloud.machines.isRunning(other?.id ?? '')).toBe(true)
  await reach(ending?.id ?? '', 'terminated')
  expect(cloud.reports).toEqual([])
})

test('records of an image whose disk is gone are not taken over', async () => {
  await cloud.close()
  const disk = join(directory.path, 'images', cloud.imageId)
  await rename(disk, `${disk}-aside`)
  await expect(openEc2Cloud({ directory: directory.path })).rejects.toThrow(
    `the image ${cloud.imageId} is on record, and its disk is gone`,
  )
  await rename(`${disk}-aside`, disk)
  cloud = await openEc2Cloud({ directory: directory.path })
})

test('a launch goes on, an image in the making has failed', async () => {
  const [source] = await cloud.ec2.compute.launch({ ImageId: cloud.imageId, count: 1 })
  await reach(source?.id ?? '', 'running')
  const [late] = await cloud.ec2.compute.launch({ ImageId: cloud.imageId, count: 1 })
  const command = new CreateImageCommand({ InstanceId: source?.id, Name: 'interrupted', NoReboot: true })
  const { ImageId = '' } = await cloud.client.send(command)
  await booted(1)
  await reopen()
  await reach(late?.id ?? '', 'running')
  const { Images } = await cloud.client.send(new DescribeImagesCommand({ ImageIds: [ImageId] }))
  expect(Images).toMatchObject([{ State: 'failed' }])
})

test('a cloud that was killed in a launch leaves neither disks nor its token', async () => {
  const request = { ImageId: cloud.imageId, MinCount: 1, MaxCount: 1, ClientToken: 'once' }
  await cloud.close()
  const file = join(directory.path, 'records.json')
  const records = JSON.parse(await readFile(file, 'utf8'))
  records.ec2.launches.once = { digest: 'another', reservationId: 'r-0123456789abcdef0' }
  await writeFile(file, JSON.stringify(records))
  const left = ['machines/i-0123456789abcdef0', 'images/ami-0123456789abcdef0.partial', 'images/mine']
  for (const name of left) await mkdir(join(directory.path, name, 'home'), { recursive: true })
  cloud = await openEc2Cloud({ directory: directory.path })
  expect(await readdir(join(directory.path, 'machines'))).toEqual([])
  expect((await readdir(join(directory.path, 'images'))).sort()).toEqual([cloud.imageId, 'mine'])
  const { Instances } = await cloud.client.send(new RunInstancesCommand(request))
  expect(Instances).toHaveLength(1)
})

test('terminated instances are forgotten after an hour of AWS time', async () => {
  await cloud.close()
  // An hour takes 0.36 seconds here, and everything else next to nothing.
  cloud = await openEc2Cloud({ directory: directory.path, scale: 0.0001 })
  const [instance] = await cloud.ec2.compute.launch({ ImageId: cloud.imageId, count: 1 })
  const id = instance?.id ?? ''
  cloud.ec2.compute.terminate([id])
  await reach(id, 'terminated')
  const describe = (): Promise<unknown> =>
    cloud.client.send(new DescribeInstancesCommand({ InstanceIds: [id] })).catch((error: Error) => error.name)
  expect(await eventually(describe, (answer) => typeof answer === 'string')).toBe(
    'InvalidInstanceID.NotFound',
  )
})
