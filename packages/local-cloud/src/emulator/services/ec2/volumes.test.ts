import {
  DescribeVolumesCommand,
  type DescribeVolumesCommandInput,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type Volume,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ec2Cloud, eventually, openEc2Cloud, temporaryDirectory } from '../../testing/ec2-cloud.ts'

let cloud: Ec2Cloud
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let instance: string

const describeVolumes = async (input: DescribeVolumesCommandInput = {}): Promise<Volume[]> =>
  (await cloud.client.send(new DescribeVolumesCommand(input))).Volumes ?? []

beforeAll(async () => {
  directory = await temporaryDirectory()
  cloud = await openEc2Cloud({ directory: directory.path })
  const { Instances = [] } = await cloud.client.send(
    new RunInstancesCommand({
      ImageId: cloud.imageId,
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: [
        { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 40, VolumeType: 'gp2', DeleteOnTermination: false } },
      ],
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'team', Value: 'web' }] }],
    }),
  )
  instance = Instances[0]?.InstanceId ?? ''
})

afterAll(async () => {
  await cloud.close()
  await directory.remove()
  expect(cloud.reports).toEqual([])
})

test("an instance's disks are described, and found by it", async () => {
  const Filters = [
    { Name: 'attachment.instance-id', Values: [instance] },
    { Name: 'tag:team', Values: ['web'] },
  ]
  const [root, data] = await describeVolumes({ Filters })
  expect(root).toMatchObject({
    ...{ Size: 8, VolumeType: 'gp3', Iops: 3000, Throughput: 125, State: 'in-use' },
    SnapshotId: expect.stringMatching(/^snap-/),
    Attachments: [{ InstanceId: instance, Device: '/dev/xvda', DeleteOnTermination: true }],
  })
  expect(data).toMatchObject({
    ...{ Size: 40, VolumeType: 'gp2', Iops: 120, SnapshotId: '', State: 'in-use' },
    Attachments: [{ Device: '/dev/sdf', DeleteOnTermination: false }],
  })
  const ids = { VolumeIds: [data?.VolumeId ?? ''] }
  expect(await describeVolumes(ids)).toEqual([data])
  await expect(describeVolumes({ ...ids, MaxResults: 5 })).rejects.toMatchObject({
    name: 'InvalidParameterCombination',
  })
  await expect(describeVolumes({ VolumeIds: ['vol-00000000'] })).rejects.toMatchObject({
    name: 'InvalidVolume.NotFound',
  })
})

test('what is not deleted at the termination is left, and available', async () => {
  await cloud.client.send(new TerminateInstancesCommand({ InstanceIds: [instance] }))
  const left = await eventually(
    () => describeVolumes(),
    (volumes) => volumes.length === 1,
  )
  expect(left).toMatchObject([{ Size: 40, State: 'available', Attachments: [] }])
})
