import {
  CreateTagsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type Filter,
  GetConsoleOutputCommand,
  ImportKeyPairCommand,
  type Instance,
  ModifyInstanceAttributeCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  type TagSpecification,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  account,
  type Ec2Cloud,
  eventually,
  openEc2Cloud,
  temporaryDirectory,
} from '../../testing/ec2-cloud.ts'

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

async function run(changes: Partial<RunInstancesCommandInput> = {}): Promise<Instance[]> {
  const input = { ImageId: cloud.imageId, MinCount: 1, MaxCount: 1, ...changes }
  return (await cloud.client.send(new RunInstancesCommand(input))).Instances ?? []
}

async function describe(ids: string[]): Promise<Instance[]> {
  const { Reservations = [] } = await cloud.client.send(new DescribeInstancesCommand({ InstanceIds: ids }))
  return Reservations.flatMap(({ Instances = [] }) => Instances)
}

async function found(...filters: Filter[]): Promise<(string | undefined)[]> {
  const { Reservations = [] } = await cloud.client.send(new DescribeInstancesCommand({ Filters: filters }))
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId))
}

function idsOf(instances: readonly Instance[]): string[] {
  return instances.map(({ InstanceId = '' }) => InstanceId)
}

async function reach(ids: string[], state: string): Promise<Instance[]> {
  return eventually(
    () => describe(ids),
    (instances) => instances.every(({ State }) => State?.Name === state),
  )
}

test('an instance goes from pending to running, boots, and ends', async () => {
  const [launched] = await run({ UserData: Buffer.from('#!/bin/sh\necho hello > made').toString('base64') })
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
  const [running] = await reach([id], 'running')
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
  const [terminated] = await reach([id], 'terminated')
  expect(terminated?.PrivateIpAddress).toBeUndefined()
  expect(terminated?.StateReason?.Code).toBe('Client.UserInitiatedShutdown')
  expect(cloud.machines.isRunning(id)).toBe(false)
  const again = await cloud.client.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
  expect(again.TerminatingInstances?.[0]?.CurrentState?.Name).toBe('terminated')
})

test('a launch keeps what it was asked for', async () => {
  const pair = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
  await cloud.client.send(
    new ImportKeyPairCommand({ KeyName: 'deploy', PublicKeyMaterial: Buffer.from(pair.public) }),
  )
  const userData = Buffer.from('#!/bin/sh\nexit 0\n').toString('base64')
  const [instance] = await run({
    KeyName: 'deploy',
    InstanceType: 't3.micro',
    UserData: userData,
    EbsOptimized: true,
    Monitoring: { Enabled: true },
    Placement: { Tenancy: 'dedicated' },
    IamInstanceProfile: { Name: 'web' },
    MetadataOptions: { HttpTokens: 'optional', HttpPutResponseHopLimit: 1 },
    BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 5, DeleteOnTermination: false } }],
    NetworkInterfaces: [
      { DeviceIndex: 0, SubnetId: 'subnet-0000000000000000c', Groups: ['sg-00000000000000001'] },
    ],
    TagSpecifications: [
      { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] },
      { ResourceType: 'volume', Tags: [{ Key: 'Name', Value: 'disk' }] },
    ],
  })
  expect(instance).toMatchObject({
    KeyName: 'deploy',
    InstanceType: 't3.micro',
    EbsOptimized: true,
    Monitoring: { State: 'enabled' },
    Placement: { AvailabilityZone: 'us-east-1c', Tenancy: 'dedicated' },
    IamInstanceProfile: { Arn: `arn:aws:iam::${account}:instance-profile/web` },
    MetadataOptions: { HttpTokens: 'optional', HttpPutResponseHopLimit: 1, HttpEndpoint: 'enabled' },
    Tags: [{ Key: 'Name', Value: 'web' }],
  })
  expect(
    instance?.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.DeleteOnTermination]),
  ).toEqual([
    ['/dev/xvda', true],
    ['/dev/sdf', false],
  ])
  const attribute = await cloud.client.send(
    new DescribeInstanceAttributeCommand({ InstanceId: instance?.InstanceId, Attribute: 'userData' }),
  )
  expect(attribute.UserData?.Value).toBe(userData)
})

test.each<[string, Partial<RunInstancesCommandInput>]>([
  ['InvalidAMIID.NotFound', { ImageId: 'ami-00000000000000000' }],
  ['InvalidAMIID.Malformed', { ImageId: 'image' }],
  ['InvalidKeyPair.NotFound', { KeyName: 'nobody' }],
  ['InvalidGroup.NotFound', { SecurityGroupIds: ['sg-0123456789abcdef0'] }],
  ['InvalidSubnetID.NotFound', { SubnetId: 'subnet-0123456789abcdef0' }],
  ['InvalidParameterValue', { Placement: { AvailabilityZone: 'eu-west-1a' } }],
  ['InvalidParameterValue', { UserData: Buffer.alloc(16 * 1024 + 1).toString('base64') }],
  ['InvalidUserData.Malformed', { UserData: '#!/bin/sh' }],
  ['InvalidParameterValue', { MinCount: 2, MaxCount: 1 }],
  [
    'InvalidParameterValue',
    { TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'aws:x', Value: '' }] }] },
  ],
  [
    'InvalidParameterCombination',
    { SubnetId: 'subnet-0000000000000000a', NetworkInterfaces: [{ DeviceIndex: 0 }] },
  ],
  ['MissingParameter', { ImageId: undefined }],
])('RunInstances refuses with %s: %o', async (name, changes) => {
  const before = await found()
  await expect(run(changes)).rejects.toMatchObject({ name })
  expect(await found()).toEqual(before)
})

test('a client token makes a launch once, even when both calls come together', async () => {
  const request = { ClientToken: 'constructor', MinCount: 2, MaxCount: 2 }
  const [one, other] = await Promise.all([run(request), run(request)])
  expect(idsOf(one ?? [])).toHaveLength(2)
  expect(idsOf(other ?? [])).toEqual(idsOf(one ?? []))
  expect(idsOf(await run(request))).toEqual(idsOf(one ?? []))
  await expect(run({ ...request, InstanceType: 't3.large' })).rejects.toMatchObject({
    name: 'IdempotentParameterMismatch',
  })
})

test('a lost answer is found again by its client token', async () => {
  cloud.faults.add({ rules: [{ operation: 'RunInstances', kind: 'lose' }] })
  await expect(run({ ClientToken: 'token-2' })).rejects.toThrow()
  const again = await run({ ClientToken: 'token-2' })
  expect(await found({ Name: 'client-token', Values: ['token-2'] })).toEqual(idsOf(again))
})

test('unknown and malformed ids are refused by name', async () => {
  await expect(describe(['i-00000000', 'i-11111111'])).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
    message: "The instance IDs 'i-00000000, i-11111111' do not exist",
  })
  await expect(describe(['web-1'])).rejects.toMatchObject({ name: 'InvalidInstanceID.Malformed' })
  const unknown = new TerminateInstancesCommand({ InstanceIds: ['i-00000000'] })
  await expect(cloud.client.send(unknown)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' })
  await expect(found({ Name: 'colour', Values: ['green'] })).rejects.toThrow("The filter 'colour' is invalid")
})

test('filters select; a value may have wildcards; all filters have to match', async () => {
  const tagged: TagSpecification = {
    ResourceType: 'instance',
    Tags: [{ Key: 'filter-test', Value: 'green-1' }],
  }
  const ids = idsOf(
    await run({
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
  expect(await found(ours)).toEqual(ids)
  expect(await found({ Name: 'tag:filter-test', Values: ['green-?', 'red'] })).toEqual([one])
  expect(await found({ Name: 'tag:filter-test', Values: ['gre*'] })).toEqual([one])
  expect(await found(ours, { Name: 'availability-zone', Values: ['us-east-1b'] })).toEqual(ids)
  expect(await found(ours, { Name: 'availability-zone', Values: ['us-east-1a'] })).toEqual([])
  expect(
    await found(ours, { Name: 'image-id', Values: [cloud.imageId] }, { Name: 'vpc-id', Values: ['vpc-*'] }),
  ).toEqual(ids)
  const [running] = await reach([one], 'running')
  expect(await found({ Name: 'private-ip-address', Values: [running?.PrivateIpAddress ?? ''] })).toEqual([
    one,
  ])
  await reach(ids, 'running')
  expect(await found(ours, { Name: 'instance-state-name', Values: ['running'] })).toEqual(ids)
})

test('pages carry on where the last one ended', async () => {
  await run({ MinCount: 6, MaxCount: 6 })
  const all = await found()
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

test('stop, start and reboot keep the machine and its address', async () => {
  const ids = idsOf(await run())
  const [id = ''] = ids
  const [before] = await reach(ids, 'running')
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
  await reach(ids, 'stopped')
  expect(cloud.machines.isRunning(id)).toBe(false)
  const started = await cloud.client.send(new StartInstancesCommand({ InstanceIds: ids }))
  expect(started.StartingInstances?.[0]?.CurrentState?.Name).toBe('pending')
  const [after] = await reach(ids, 'running')
  expect(after?.PrivateIpAddress).toBe(before?.PrivateIpAddress)
  await eventually(bootsOf, (boots) => boots === 2)
  await cloud.client.send(new RebootInstancesCommand({ InstanceIds: ids }))
  await eventually(bootsOf, (boots) => boots === 3)
  await cloud.client.send(new TerminateInstancesCommand({ InstanceIds: ids }))
  await reach(ids, 'terminated')
  await expect(cloud.client.send(new StartInstancesCommand({ InstanceIds: ids }))).rejects.toMatchObject({
    name: 'IncorrectInstanceState',
  })
})

test('an instance that is stopped while it reboots stays down, until it is started', async () => {
  const ids = idsOf(await run())
  const [id = ''] = ids
  await reach(ids, 'running')
  await eventually(
    () => cloud.client.send(new DescribeInstanceStatusCommand({ InstanceIds: ids })),
    ({ InstanceStatuses }) => InstanceStatuses?.[0]?.InstanceStatus?.Status === 'ok',
  )
  const reboot = new RebootInstancesCommand({ InstanceIds: ids })
  await Promise.all([cloud.client.send(reboot), cloud.client.send(reboot)])
  await cloud.client.send(new StopInstancesCommand({ InstanceIds: ids }))
  await reach(ids, 'stopped')
  expect(cloud.machines.isRunning(id)).toBe(false)
  await cloud.client.send(new StartInstancesCommand({ InstanceIds: ids }))
  await reach(ids, 'running')
  await eventually(
    () => cloud.client.send(new DescribeInstanceStatusCommand({ InstanceIds: ids })),
    ({ InstanceStatuses }) => InstanceStatuses?.[0]?.InstanceStatus?.Status === 'ok',
  )
  await cloud.client.send(new TerminateInstancesCommand({ InstanceIds: ids }))
})

test('termination protection is kept until it is taken away', async () => {
  const ids = idsOf(await run({ DisableApiTermination: true }))
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

test('just-made instances are not found by id while consistency is eventual', async () => {
  cloud.faults.add({ eventualConsistency: 10 })
  const ids = idsOf(await run())
  await expect(describe(ids)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' })
  const seen = await eventually(
    () => describe(ids).catch(() => []),
    (instances) => instances.length === 1,
  )
  expect(idsOf(seen)).toEqual(ids)
  cloud.faults.clear()
})
