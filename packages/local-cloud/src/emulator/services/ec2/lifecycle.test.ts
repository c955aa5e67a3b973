import {
  DescribeInstanceStatusCommand,
  GetConsoleOutputCommand,
  ModifyInstanceAttributeCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
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

test('an instance goes from pending to running, boots, and ends', async () => {
  const [launched] = await instances.run({
    UserData: Buffer.from('#!/bin/sh\necho hello > made').toString('base64'),
  })
  expect(launched).toMatchObject({
    State: { Code: 0, Name: 'pending' },
    ImageId: cloud.imageId,
    InstanceType: 'm1.small',
    Placement: { AvailabilityZone: 'us-east-1a', Tenancy: 'default' },
    SubnetId: 'subnet-0000000000000000a',
    VpcId: 'vpc-00000000000000001',
    SecurityGroups: [{ GroupId: 'sg-00000000000000001', GroupName: 'default' }],
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: true } }],
    MetadataOptions: { State: 'applied', HttpTokens: 'required' },
    Tags: [],
  })
  const [id = ''] = idsOf([launched ?? {}])
  const [running] = await instances.reach([id], 'running')
  const address = running?.PrivateIpAddress ?? ''
  expect(address).toMatch(/^127\./)
  expect(running).toMatchObject({
    PublicIpAddress: address,
    PrivateDnsName: `ip-${address.replaceAll('.', '-')}.ec2.internal`,
  })
  const status = await eventually(
    () => cloud.client.send(new DescribeInstanceStatusCommand({ InstanceIds: [id] })),
    ({ InstanceStatuses }) => InstanceStatuses?.[0]?.InstanceStatus?.Status === 'ok',
  )
  expect(status.InstanceStatuses?.[0]).toMatchObject({
    InstanceState: { Name: 'running' },
    SystemStatus: { Status: 'ok' },
  })

  const output = await cloud.client.send(new GetConsoleOutputCommand({ InstanceId: id }))
  const text = Buffer.from(output.Output ?? '', 'base64').toString()
  expect(text).toMatch(/BEGIN SSH HOST KEY FINGERPRINTS-+\r\nec2: 256 SHA256:\S+ .*\(ED25519\)/)
  expect(text).toMatch(/BEGIN SSH HOST KEY KEYS-+\r\nssh-ed25519 AAAA/)

  const ended = await cloud.client.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
  expect(ended.TerminatingInstances).toEqual([
    {
      InstanceId: id,
      PreviousState: { Code: 16, Name: 'running' },
      CurrentState: { Code: 32, Name: 'shutting-down' },
    },
  ])
  const [terminated] = await instances.reach([id], 'terminated')
  expect(terminated?.PrivateIpAddress).toBeUndefined()
  expect(terminated?.StateReason?.Code).toBe('Client.UserInitiatedShutdown')
  expect(cloud.machines.isRunning(id)).toBe(false)
  const again = await cloud.client.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
  expect(again.TerminatingInstances?.[0]?.CurrentState?.Name).toBe('terminated')
})

test('stop, start and reboot keep the machine and its address', async () => {
  const ids = idsOf(await instances.run())
  const [id = ''] = ids
  const [before] = await instances.reach(ids, 'running')
  const bootsOf = async (): Promise<number> => {
    const { Output = '' } = await cloud.client.send(new GetConsoleOutputCommand({ InstanceId: id }))
    return Buffer.from(Output, 'base64').toString().split('sshd: Server listening').length - 1
  }
  await eventually(bootsOf, (boots) => boots === 1)
  const early = cloud.client.send(new StopInstancesCommand({ InstanceIds: ids }))
  expect((await early).StoppingInstances?.[0]?.CurrentState?.Name).toBe('stopping')
  await expect(cloud.client.send(new RebootInstancesCommand({ InstanceIds: ids }))).rejects.toMatchObject({
    name: 'IncorrectInstanceState',
  })
  await instances.reach(ids, 'stopped')
  expect(cloud.machines.isRunning(id)).toBe(false)
  const started = await cloud.client.send(new StartInstancesCommand({ InstanceIds: ids }))
  expect(started.StartingInstances?.[0]?.CurrentState?.Name).toBe('pending')
  const [after] = await instances.reach(ids, 'running')
  expect(after?.PrivateIpAddress).toBe(before?.PrivateIpAddress)
  await eventually(bootsOf, (boots) => boots === 2)
  await cloud.client.send(new RebootInstancesCommand({ InstanceIds: ids }))
  await eventually(bootsOf, (boots) => boots === 3)
  await cloud.client.send(new TerminateInstancesCommand({ InstanceIds: ids }))
  await instances.reach(ids, 'terminated')
  await expect(cloud.client.send(new StartInstancesCommand({ InstanceIds: ids }))).rejects.toMatchObject({
    name: 'IncorrectInstanceState',
  })
})

test('an instance that is stopped while it reboots stays down, until it is started', async () => {
  const ids = idsOf(await instances.run())
  const [id = ''] = ids
  await instances.reach(ids, 'running')
  await eventually(
    () => cloud.client.send(new DescribeInstanceStatusCommand({ InstanceIds: ids })),
    ({ InstanceStatuses }) => InstanceStatuses?.[0]?.InstanceStatus?.Status === 'ok',
  )
  const reboot = new RebootInstancesCommand({ InstanceIds: ids })
  await Promise.all([cloud.client.send(reboot), cloud.client.send(reboot)])
  await cloud.client.send(new StopInstancesCommand({ InstanceIds: ids }))
  await instances.reach(ids, 'stopped')
  expect(cloud.machines.isRunning(id)).toBe(false)
  await cloud.client.send(new StartInstancesCommand({ InstanceIds: ids }))
  await instances.reach(ids, 'running')
  await eventually(
    () => cloud.client.send(new DescribeInstanceStatusCommand({ InstanceIds: ids })),
    ({ InstanceStatuses }) => InstanceStatuses?.[0]?.InstanceStatus?.Status === 'ok',
  )
  await cloud.client.send(new TerminateInstancesCommand({ InstanceIds: ids }))
})

test('termination protection is kept until it is taken away', async () => {
  const ids = idsOf(await instances.run({ DisableApiTermination: true }))
  const [InstanceId = ''] = ids
  const refused = cloud.client.send(new TerminateInstancesCommand({ InstanceIds: ids }))
  await expect(refused).rejects.toMatchObject({ name: 'OperationNotPermitted' })
  const other = cloud.client.send(
    new ModifyInstanceAttributeCommand({ InstanceId, EbsOptimized: { Value: true } }),
  )
  await expect(other).rejects.toMatchObject({ name: 'UnsupportedOperation' })
  for (const protect of ['true', 'false'])
    await cloud.client.send(
      new ModifyInstanceAttributeCommand({ InstanceId, Attribute: 'disableApiTermination', Value: protect }),
    )
  await cloud.client.send(new TerminateInstancesCommand({ InstanceIds: ids }))
})

test('an instance that is named twice is changed and answered once', async () => {
  const [id = ''] = idsOf(await instances.run())
  const command = new TerminateInstancesCommand({ InstanceIds: [id, id] })
  const { TerminatingInstances } = await cloud.client.send(command)
  expect(TerminatingInstances).toMatchObject([{ InstanceId: id, PreviousState: { Name: 'pending' } }])
})
