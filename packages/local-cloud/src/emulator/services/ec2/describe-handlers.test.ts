import {
  CreateTagsCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type TagSpecification,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { type Ec2Cloud, eventually } from '../../testing/ec2-cloud.ts'
import { type Instances, idsOf } from '../../testing/instances.ts'
import { onInstances } from '../../testing/on-instances.ts'

let cloud: Ec2Cloud
let instances: Instances
onInstances((given) => {
  ;({ cloud, instances } = given)
})

test('unknown and malformed ids are refused by name', async () => {
  await expect(instances.describe(['i-00000000', 'i-11111111'])).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
    message: "The instance IDs 'i-00000000, i-11111111' do not exist",
  })
  await expect(instances.describe(['web-1'])).rejects.toMatchObject({ name: 'InvalidInstanceID.Malformed' })
  const unknown = new TerminateInstancesCommand({ InstanceIds: ['i-00000000'] })
  await expect(cloud.client.send(unknown)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' })
  await expect(instances.found({ Name: 'colour', Values: ['green'] })).rejects.toThrow(
    "The filter 'colour' is invalid",
  )
})

test('filters select; a value may have wildcards; all filters have to match', async () => {
  const tagged: TagSpecification = {
    ResourceType: 'instance',
    Tags: [{ Key: 'filter-test', Value: 'green-1' }],
  }
  const ids = idsOf(
    await instances.run({
      MinCount: 2,
      MaxCount: 2,
      TagSpecifications: [tagged],
      Placement: { AvailabilityZone: 'us-east-1b' },
    }),
  )
  const [one = '', other = ''] = ids
  await cloud.client.send(
    new CreateTagsCommand({ Resources: [other], Tags: [{ Key: 'filter-test', Value: 'blue' }] }),
  )
  const ours = { Name: 'tag-key', Values: ['filter-test'] }
  expect(await instances.found(ours)).toEqual(ids)
  for (const [Name, value = ''] of [
    ['hypervisor', 'xen'],
    ['ena-support', 'true'],
    ['metadata-options.http-endpoint', 'enabled'],
    ['metadata-options.http-tokens', 'required'],
    ['metadata-options.http-put-response-hop-limit', '2'],
  ])
    expect(await instances.found(ours, { Name, Values: [value] })).toEqual(ids)
  expect(await instances.found({ Name: 'tag:filter-test', Values: ['green-?', 'red'] })).toEqual([one])
  expect(await instances.found({ Name: 'tag:filter-test', Values: ['gre*'] })).toEqual([one])
  expect(await instances.found(ours, { Name: 'availability-zone', Values: ['us-east-1b'] })).toEqual(ids)
  expect(await instances.found(ours, { Name: 'availability-zone', Values: ['us-east-1a'] })).toEqual([])
  expect(
    await instances.found(
      ours,
      { Name: 'image-id', Values: [cloud.imageId] },
      { Name: 'vpc-id', Values: ['vpc-*'] },
    ),
  ).toEqual(ids)
  const [running] = await instances.reach([one], 'running')
  expect(
    await instances.found({ Name: 'private-ip-address', Values: [running?.PrivateIpAddress ?? ''] }),
  ).toEqual([one])
  await instances.reach(ids, 'running')
  expect(await instances.found(ours, { Name: 'instance-state-name', Values: ['running'] })).toEqual(ids)
})

test('pages carry on where the last one ended', async () => {
  await instances.run({ MinCount: 6, MaxCount: 6 })
  const all = await instances.found()
  const paged: (string | undefined)[] = []
  let token: string | undefined
  do {
    const page = await cloud.client.send(new DescribeInstancesCommand({ MaxResults: 5, NextToken: token }))
    const ids = (page.Reservations ?? []).flatMap(({ Instances = [] }) => idsOf(Instances))
    expect(ids.length).toBeLessThanOrEqual(5)
    paged.push(...ids)
    token = page.NextToken
  } while (token !== undefined)
  expect(paged).toEqual(all)
  const small = cloud.client.send(new DescribeInstancesCommand({ MaxResults: 4 }))
  await expect(small).rejects.toMatchObject({ name: 'InvalidParameterValue' })
  const both = cloud.client.send(new DescribeInstancesCommand({ MaxResults: 5, InstanceIds: ['i-00000000'] }))
  await expect(both).rejects.toMatchObject({ name: 'InvalidParameterCombination' })
})

test('just-made instances are not found by id while consistency is eventual', async () => {
  cloud.faults.add({ eventualConsistency: 10 })
  const ids = idsOf(await instances.run())
  await expect(instances.describe(ids)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' })
  const seen = await eventually(
    () => instances.describe(ids).catch(() => []),
    (instances) => instances.length === 1,
  )
  expect(idsOf(seen)).toEqual(ids)
  cloud.faults.clear()
})

test.each([
  ['architecture', 'x86_64'],
  ['instance.group-name', 'default'],
  ['block-device-mapping.device-name', '/dev/xvda'],
  ['launch-time', '20*'],
  ['tenancy', 'default'],
  ['monitoring-state', 'disabled'],
  ['network-interface.subnet-id', 'subnet-*'],
])('instances are found by %s', async (Name, value) => {
  const [id = ''] = idsOf(await instances.run())
  expect(await instances.found({ Name, Values: [value] })).toContain(id)
  expect(await instances.found({ Name, Values: ['nothing'] })).toEqual([])
})

test('Spot Instances are found by their lifecycle, which others have not', async () => {
  await instances.run()
  const spot = idsOf(await instances.run({ InstanceMarketOptions: { MarketType: 'spot' } }))
  expect(await instances.found({ Name: 'instance-lifecycle', Values: ['spot', 'scheduled'] })).toEqual(spot)
})

test('statuses are found by what they say', async () => {
  const [id = ''] = idsOf(await instances.run())
  await instances.reach([id], 'running')
  const statuses = async (Name: string, value: string): Promise<(string | undefined)[]> => {
    const command = new DescribeInstanceStatusCommand({ Filters: [{ Name, Values: [value] }] })
    const { InstanceStatuses = [] } = await cloud.client.send(command)
    return InstanceStatuses.map(({ InstanceId }) => InstanceId)
  }
  await eventually(
    () => statuses('instance-status.status', 'ok'),
    (ids) => ids.includes(id),
  )
  expect(await statuses('system-status.reachability', 'passed')).toContain(id)
  expect(await statuses('instance-status.status', 'impaired')).toEqual([])
  await expect(statuses('image-id', cloud.imageId)).rejects.toThrow("The filter 'image-id' is invalid")
})
