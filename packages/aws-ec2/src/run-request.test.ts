import type { InstanceKind, LaunchConfiguration, LaunchTemplateVersion } from '@viridian/aws'
import { expect, test } from 'vitest'
import { type Launch, runRequest } from './run-request.ts'

const request = (settings: Launch['settings'], subnet?: string, group?: string, kind?: InstanceKind) =>
  runRequest({
    settings,
    placement: {
      zone: 'eu-west-1a',
      count: 2,
      ...(subnet !== undefined && { subnet }),
      ...(group !== undefined && { group }),
      ...(kind !== undefined && { kind }),
    },
    name: 'web',
    tags: { team: 'shop' },
    made: { run: { id: 'run' }, token: 'token' },
  })

const launch = (settings: Partial<LaunchConfiguration>, subnet?: string, group?: string) =>
  request(
    {
      kind: 'launchConfiguration',
      source: { kind: 'launchConfiguration', name: 'web-1' },
      configuration: { ImageId: 'ami-1', InstanceType: 't3.micro', ...settings },
    },
    subnet,
    group,
  )

const fromTemplate = (
  data: LaunchTemplateVersion['LaunchTemplateData'],
  subnet?: string,
  group?: string,
  kind?: InstanceKind,
) =>
  request(
    {
      kind: 'launchTemplate',
      source: { kind: 'launchTemplate', id: 'lt-1', name: 'web', version: '3' },
      version: {
        LaunchTemplateId: 'lt-1',
        LaunchTemplateName: 'web',
        VersionNumber: 3,
        LaunchTemplateData: { ImageId: 'ami-1', InstanceType: 't3.micro', ...data },
      },
    },
    subnet,
    group,
    kind,
  )

const made = [
  { Key: 'viridian:run', Value: 'run' },
  { Key: 'viridian:step', Value: 'token' },
]
const tags = [{ Key: 'Name', Value: 'web' }, { Key: 'team', Value: 'shop' }, ...made]

test('all of them or none, once a token, tagged as they are made', () => {
  expect(launch({})).toMatchObject({
    ClientToken: 'token',
    MinCount: 2,
    MaxCount: 2,
    ImageId: 'ami-1',
    InstanceType: 't3.micro',
    Placement: { AvailabilityZone: 'eu-west-1a' },
    // What a launch configuration does not say is on.
    Monitoring: { Enabled: true },
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags },
    ],
  })
})

test("every setting is said in EC2's words", () => {
  const request = launch({
    KeyName: 'ops',
    KernelId: 'aki-1',
    RamdiskId: 'ari-1',
    UserData: 'IyEvYmluL3No',
    IamInstanceProfile: 'web',
    InstanceMonitoring: { Enabled: false },
    EbsOptimized: true,
    PlacementTenancy: 'dedicated',
    SpotPrice: '0.05',
    MetadataOptions: { HttpTokens: 'required' },
    BlockDeviceMappings: [
      { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 20, SnapshotId: 'snap-1' } },
      { DeviceName: '/dev/sdb', NoDevice: true },
      { DeviceName: '/dev/sdc', VirtualName: 'ephemeral0' },
    ],
  })
  expect(request).toMatchObject({
    KeyName: 'ops',
    KernelId: 'aki-1',
    RamdiskId: 'ari-1',
    UserData: 'IyEvYmluL3No',
    IamInstanceProfile: { Name: 'web' },
    Monitoring: { Enabled: false },
    EbsOptimized: true,
    Placement: { Tenancy: 'dedicated' },
    InstanceMarketOptions: {
      MarketType: 'spot',
      SpotOptions: { MaxPrice: '0.05', SpotInstanceType: 'one-time' },
    },
    MetadataOptions: { HttpTokens: 'required' },
    BlockDeviceMappings: [
      { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 20, SnapshotId: 'snap-1' } },
      { DeviceName: '/dev/sdb', NoDevice: '' },
      { DeviceName: '/dev/sdc', VirtualName: 'ephemeral0' },
    ],
  })
})

test('a profile may be an ARN', () => {
  const Arn = 'arn:aws:iam::1:instance-profile/web'
  expect(launch({ IamInstanceProfile: Arn }).IamInstanceProfile).toEqual({ Arn })
})

test('security groups are ids or names', () => {
  const request = launch({ SecurityGroups: ['sg-1', 'web'] }, 'subnet-1')
  expect(request).toMatchObject({
    SubnetId: 'subnet-1',
    SecurityGroupIds: ['sg-1'],
    SecurityGroups: ['web'],
  })
})

test('a choice of public address moves subnet and groups to the network interface', () => {
  const request = launch({ AssociatePublicIpAddress: false, SecurityGroups: ['sg-1'] }, 'subnet-1')
  expect(request.NetworkInterfaces).toEqual([
    {
      DeviceIndex: 0,
      DeleteOnTermination: true,
      AssociatePublicIpAddress: false,
      SubnetId: 'subnet-1',
      Groups: ['sg-1'],
    },
  ])
  expect(request).not.toHaveProperty('SubnetId')
  expect(request).not.toHaveProperty('SecurityGroupIds')
})

test('a template says all but where, and what it is tagged with', () => {
  const all = fromTemplate({ UserData: 'IyEvYmluL3No', KeyName: 'ops' }, 'subnet-1')
  expect(all).toEqual({
    LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '3' },
    ClientToken: 'token',
    MinCount: 2,
    MaxCount: 2,
    Placement: { AvailabilityZone: 'eu-west-1a' },
    SubnetId: 'subnet-1',
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags },
    ],
  })
})

test("what stands in place of a template's member says the rest of it again", () => {
  const { Placement, NetworkInterfaces, SubnetId, TagSpecifications } = fromTemplate(
    {
      Placement: { Tenancy: 'dedicated', AvailabilityZone: 'eu-west-1b', AvailabilityZoneId: 'euw1-az1' },
      NetworkInterfaces: [{ DeviceIndex: 0, Groups: ['sg-1'], SubnetId: 'subnet-2' }],
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'Name', Value: 'of the template' },
            { Key: 'team', Value: 'of the template' },
          ],
        },
        { ResourceType: 'network-interface', Tags: [{ Key: 'of', Value: 'template' }] },
      ],
    },
    'subnet-1',
  )
  expect(Placement).toEqual({ Tenancy: 'dedicated', AvailabilityZone: 'eu-west-1a' })
  expect(SubnetId).toBeUndefined()
  expect(NetworkInterfaces).toEqual([{ DeviceIndex: 0, Groups: ['sg-1'], SubnetId: 'subnet-1' }])
  const [instance, , networks] = TagSpecifications ?? []
  // The group's tags win over the template's, the template's over the name.
  expect(instance?.Tags?.slice(0, 2)).toEqual([
    { Key: 'Name', Value: 'of the template' },
    { Key: 'team', Value: 'shop' },
  ])
  expect(networks).toMatchObject({
    ResourceType: 'network-interface',
    Tags: expect.arrayContaining([{ Key: 'of', Value: 'template' }]),
  })
})

test('a template in a zone without a subnet keeps its network interfaces to itself', () => {
  const { NetworkInterfaces, SubnetId } = fromTemplate({ NetworkInterfaces: [{ DeviceIndex: 0 }] })
  expect([NetworkInterfaces, SubnetId]).toEqual([undefined, undefined])
})

test('they stand where the group says, whatever its source says', () => {
  expect(launch({ PlacementTenancy: 'dedicated' }, undefined, 'apart').Placement).toEqual({
    AvailabilityZone: 'eu-west-1a',
    GroupName: 'apart',
    Tenancy: 'dedicated',
  })
  expect(
    fromTemplate({ Placement: { GroupId: 'pg-1', PartitionNumber: 2 } }, undefined, 'apart').Placement,
  ).toEqual({ AvailabilityZone: 'eu-west-1a', GroupName: 'apart', PartitionNumber: 2 })
  expect(fromTemplate({ Placement: { GroupName: 'close' } }).Placement).toMatchObject({ GroupName: 'close' })
})

test('an instance of another kind than the template says is asked for as Auto Scaling does', () => {
  const onDemand = fromTemplate({}, undefined, undefined, { type: 'm5.large' })
  expect(onDemand).toMatchObject({ InstanceType: 'm5.large' })
  expect(onDemand).not.toHaveProperty('InstanceMarketOptions')
  const spot = fromTemplate({}, undefined, undefined, { type: 'm5.large', spot: { maxPrice: '0.05' } })
  const SpotOptions = { SpotInstanceType: 'one-time', MaxPrice: '0.05' }
  expect(spot.InstanceMarketOptions).toEqual({ MarketType: 'spot', SpotOptions })
})
