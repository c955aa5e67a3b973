import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import type { Ec2Cloud } from '../../testing/ec2-cloud.ts'
import { type Instances, idsOf } from '../../testing/instances.ts'
import { onInstances } from '../../testing/on-instances.ts'

let cloud: Ec2Cloud
let instances: Instances
onInstances((given) => {
  ;({ cloud, instances } = given)
})

test('an instance has an interface, until it is terminated', async () => {
  const [one, other] = await instances.run({ MinCount: 2, MaxCount: 2 })
  const [shown] = one?.NetworkInterfaces ?? []
  const Filters = [{ Name: 'attachment.instance-id', Values: [one?.InstanceId ?? ''] }]
  const ask = new DescribeNetworkInterfacesCommand({ Filters })
  const { NetworkInterfaces } = await cloud.client.send(ask)
  expect(NetworkInterfaces).toMatchObject([
    {
      NetworkInterfaceId: shown?.NetworkInterfaceId,
      MacAddress: shown?.MacAddress,
      PrivateIpAddress: one?.PrivateIpAddress,
      Attachment: { InstanceId: one?.InstanceId, AttachmentId: shown?.Attachment?.AttachmentId },
      Groups: [{ GroupName: 'default' }],
    },
  ])
  const ids = idsOf([one ?? {}])
  cloud.ec2.compute.terminate(ids)
  await instances.reach(ids, 'terminated')
  const { NetworkInterfaces: left } = await cloud.client.send(new DescribeNetworkInterfacesCommand({}))
  expect(left?.map(({ Attachment }) => Attachment?.InstanceId)).toEqual([other?.InstanceId])
})
