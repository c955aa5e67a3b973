import {
  CreateImageCommand,
  CreateTagsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeTagsCommand,
  RunInstancesCommand,
  type Tag,
  type TagSpecification,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ec2Cloud, eventually, openEc2Cloud, temporaryDirectory } from '../../testing/ec2-cloud.ts'

let cloud: Ec2Cloud
let directory: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  directory = await temporaryDirectory()
  cloud = await openEc2Cloud({ directory: directory.path })
})

afterAll(async () => {
  await cloud.close()
  await directory.remove()
  expect(cloud.reports).toEqual([])
})

const repeated: Tag[] = [
  { Key: 'role', Value: 'blue' },
  { Key: 'role', Value: 'green' },
]
const many = (count: number): Tag[] => Array.from({ length: count }, (_, index) => ({ Key: `key-${index}` }))

async function run(...TagSpecifications: TagSpecification[]): Promise<string> {
  const input = { ImageId: cloud.imageId, MinCount: 1, MaxCount: 1, TagSpecifications }
  const { Instances = [] } = await cloud.client.send(new RunInstancesCommand(input))
  return Instances[0]?.InstanceId ?? ''
}

async function instances(): Promise<(string | undefined)[]> {
  const { Reservations = [] } = await cloud.client.send(new DescribeInstancesCommand({}))
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId))
}

async function tagsOf(id: string): Promise<(string | undefined)[]> {
  const Filters = [{ Name: 'resource-id', Values: [id] }]
  const { Tags = [] } = await cloud.client.send(new DescribeTagsCommand({ Filters }))
  return Tags.map(({ Key }) => Key)
}

test.each([
  ['a key twice', [{ ResourceType: 'instance', Tags: repeated }], 'InvalidParameterValue'],
  [
    'a key in two lists',
    repeated.map((tag) => ({ ResourceType: 'instance', Tags: [tag] })),
    'InvalidParameterValue',
  ],
  ['too many tags', [{ ResourceType: 'instance', Tags: many(51) }], 'TagLimitExceeded'],
  ['too many tags of a volume', [{ ResourceType: 'volume', Tags: many(51) }], 'TagLimitExceeded'],
] satisfies [string, TagSpecification[], string][])(
  'a launch with %s leaves no instance',
  async (_, tags, name) => {
    const before = await instances()
    await expect(run(...tags)).rejects.toMatchObject({ name })
    expect(await instances()).toEqual(before)
  },
)

test('an image with a key twice is not begun', async () => {
  const InstanceId = await run()
  await eventually(
    () => cloud.ec2.compute.describe([InstanceId])[0]?.state,
    (state) => state === 'running',
  )
  const made = cloud.client.send(
    new CreateImageCommand({
      InstanceId,
      Name: 'tagged twice',
      TagSpecifications: [{ ResourceType: 'image', Tags: repeated }],
    }),
  )
  await expect(made).rejects.toThrow("Duplicate tag key 'role' specified.")
  const { Images } = await cloud.client.send(new DescribeImagesCommand({ Owners: ['self'] }))
  expect(Images).toEqual([])
})

test('CreateTags tags all of its resources or none', async () => {
  const [one, two] = [await run(), await run({ ResourceType: 'instance', Tags: many(50) })]
  const create = (Tags: Tag[]) => cloud.client.send(new CreateTagsCommand({ Resources: [one, two], Tags }))
  await expect(create([{ Key: 'extra' }])).rejects.toMatchObject({ name: 'TagLimitExceeded' })
  await expect(create(repeated)).rejects.toThrow("Duplicate tag key 'role' specified.")
  expect(await tagsOf(one)).toEqual([])
  await create([{ Key: 'key-0', Value: 'changed' }])
  expect(await tagsOf(one)).toEqual(['key-0'])
})
