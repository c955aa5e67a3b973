import {
  DescribeInstanceAttributeCommand,
  ImportKeyPairCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2'
import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { account, type Ec2Cloud } from '../../testing/ec2-cloud.ts'
import { type Instances, idsOf } from '../../testing/instances.ts'
import { onInstances } from '../../testing/on-instances.ts'

let cloud: Ec2Cloud
let instances: Instances
onInstances((given) => {
  ;({ cloud, instances } = given)
})

test('a launch keeps what it was asked for', async () => {
  const pair = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
  await cloud.client.send(
    new ImportKeyPairCommand({ KeyName: 'deploy', PublicKeyMaterial: Buffer.from(pair.public) }),
  )
  const userData = Buffer.from('#!/bin/sh\nexit 0\n').toString('base64')
  const [instance] = await instances.run({
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
  // A type that AWS might have one day.
  ['InvalidParameterValue', { InstanceType: 't99.micro' as 't3.micro' }],
])('RunInstances refuses with %s: %o', async (name, changes) => {
  const before = await instances.found()
  await expect(instances.run(changes)).rejects.toMatchObject({ name })
  expect(await instances.found()).toEqual(before)
})

test('a dry run is refused for what the launch would be refused for, and makes nothing', async () => {
  const before = await instances.found()
  const trial = { DryRun: true, ClientToken: 'token-of-a-trial' }
  await expect(instances.run({ ...trial, KeyName: 'nobody' })).rejects.toMatchObject({
    name: 'InvalidKeyPair.NotFound',
  })
  await expect(instances.run(trial)).rejects.toMatchObject({ name: 'DryRunOperation' })
  expect(await instances.found()).toEqual(before)
  expect(await instances.run({ ClientToken: 'token-of-a-trial', InstanceType: 't3.small' })).toHaveLength(1)
})

test('a client token makes a launch once, even when both calls come together', async () => {
  const request = { ClientToken: 'constructor', MinCount: 2, MaxCount: 2 }
  const [one, other] = await Promise.all([instances.run(request), instances.run(request)])
  expect(idsOf(one ?? [])).toHaveLength(2)
  expect(idsOf(other ?? [])).toEqual(idsOf(one ?? []))
  expect(idsOf(await instances.run(request))).toEqual(idsOf(one ?? []))
  await expect(instances.run({ ...request, InstanceType: 't3.large' })).rejects.toMatchObject({
    name: 'IdempotentParameterMismatch',
  })
})

test('a lost answer is found again by its client token', async () => {
  cloud.faults.add({ rules: [{ operation: 'RunInstances', kind: 'lose' }] })
  await expect(instances.run({ ClientToken: 'token-2' })).rejects.toThrow()
  const again = await instances.run({ ClientToken: 'token-2' })
  expect(await instances.found({ Name: 'client-token', Values: ['token-2'] })).toEqual(idsOf(again))
})
