import { expect, test } from 'vitest'
import { type Launch, runRequest } from './run-request.ts'

const launch = (settings: Partial<Launch['settings']>, subnet?: string) =>
  runRequest({
    settings: { ImageId: 'ami-1', InstanceType: 't3.micro', ...settings },
    placement: { zone: 'eu-west-1a', count: 2, ...(subnet !== undefined && { subnet }) },
    clientToken: 'token',
    tags: [{ Key: 'Name', Value: 'web' }],
  })

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
      { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] },
      { ResourceType: 'volume', Tags: [{ Key: 'Name', Value: 'web' }] },
    ],
  })
})

test("every setting is said in EC2's words", () => {
  const request = launch({
    KeyName: 'ops',
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
    UserData: 'IyEvYmluL3No',
    IamInstanceProfile: { Name: 'web' },
    Monitoring: { Enabled: false },
    EbsOptimized: true,
    Placement: { Tenancy: 'dedicated' },
    InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice: '0.05' } },
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
