import type { EC2, RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud } from '../testing/test-cloud.ts'

let cloud: TestCloud
let ec2: EC2
let count = 0

beforeAll(async () => {
  cloud = await openTestCloud()
  ec2 = cloud.ec2
})

afterAll(async () => {
  expect(cloud.reports).toEqual([])
  await cloud.close()
})

const userData = Buffer.from('#!/bin/sh\n').toString('base64')

async function template(data: RequestLaunchTemplateData = {}): Promise<{ LaunchTemplateId: string }> {
  count += 1
  const { LaunchTemplate } = await ec2.createLaunchTemplate({
    LaunchTemplateName: `template-${count}`,
    LaunchTemplateData: { ImageId: cloud.imageId, InstanceType: 't3.micro', ...data },
  })
  return { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId ?? '' }
}

async function numbers(request: Parameters<EC2['describeLaunchTemplateVersions']>[0]): Promise<unknown[]> {
  const { LaunchTemplateVersions = [] } = await ec2.describeLaunchTemplateVersions(request)
  return LaunchTemplateVersions.map(({ VersionNumber }) => VersionNumber)
}

describe('launch templates', () => {
  test('are kept with all that was said', async () => {
    const LaunchTemplateData: RequestLaunchTemplateData = {
      ImageId: cloud.imageId,
      InstanceType: 't3.micro',
      UserData: userData,
      IamInstanceProfile: { Name: 'web' },
      Placement: { Tenancy: 'default', PartitionNumber: 2 },
      CreditSpecification: { CpuCredits: 'unlimited' },
      InstanceMarketOptions: {
        MarketType: 'spot',
        SpotOptions: { MaxPrice: '0.05', ValidUntil: new Date('2030-01-01T00:00:00Z') },
      },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, Throughput: 200 } }],
      NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false, Ipv6AddressCount: 1 }],
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'of', Value: 'template' }] }],
      LicenseSpecifications: [{ LicenseConfigurationArn: 'arn:aws:license-manager:x' }],
      PrivateDnsNameOptions: { HostnameType: 'resource-name', EnableResourceNameDnsARecord: true },
      DisableApiStop: true,
    }
    const made = await ec2.createLaunchTemplate({
      LaunchTemplateName: 'whole',
      VersionDescription: 'the first',
      LaunchTemplateData,
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: [{ Key: 'team', Value: 'shop' }] }],
    })
    expect(made.LaunchTemplate).toMatchObject({
      LaunchTemplateId: expect.stringMatching(/^lt-0[0-9a-f]{16}$/),
      LaunchTemplateName: 'whole',
      DefaultVersionNumber: 1,
      LatestVersionNumber: 1,
      Tags: [{ Key: 'team', Value: 'shop' }],
    })
    const { LaunchTemplateVersions = [] } = await ec2.describeLaunchTemplateVersions({
      LaunchTemplateName: 'whole',
    })
    expect(LaunchTemplateVersions).toMatchObject([
      { VersionNumber: 1, VersionDescription: 'the first', DefaultVersion: true },
    ])
    expect(LaunchTemplateVersions[0]?.LaunchTemplateData).toEqual(LaunchTemplateData)
    const Filters = [{ Name: 'tag:team', Values: ['shop'] }]
    const { LaunchTemplates } = await ec2.describeLaunchTemplates({ Filters })
    expect(LaunchTemplates).toEqual([made.LaunchTemplate])
  })

  test('have versions that inherit all but the snapshots of block devices', async () => {
    const Ebs = { SnapshotId: 'snap-0123456789abcdef0', VolumeSize: 20 }
    const it = await template({ UserData: userData, BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }] })
    const based = await ec2.createLaunchTemplateVersion({
      ...it,
      SourceVersion: '$Latest',
      LaunchTemplateData: { InstanceType: 't3.large' },
    })
    expect(based.LaunchTemplateVersion).toMatchObject({ VersionNumber: 2, DefaultVersion: false })
    expect(based.LaunchTemplateVersion?.LaunchTemplateData).toEqual({
      ImageId: cloud.imageId,
      InstanceType: 't3.large',
      UserData: userData,
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20 } }],
    })
    const bare = await ec2.createLaunchTemplateVersion({ ...it, LaunchTemplateData: { KeyName: 'ops' } })
    expect(bare.LaunchTemplateVersion?.LaunchTemplateData).toEqual({ KeyName: 'ops' })
  })

  test('number their versions once, and have a latest and a default one', async () => {
    const it = await template()
    for (const KeyName of ['b', 'c'])
      await ec2.createLaunchTemplateVersion({ ...it, LaunchTemplateData: { KeyName } })
    expect(await numbers(it)).toEqual([3, 2, 1])
    expect(await numbers({ ...it, MinVersion: '2' })).toEqual([3, 2])
    expect(await numbers({ ...it, MaxVersion: '2' })).toEqual([2, 1])
    expect(await numbers({ ...it, Versions: ['$Latest', '$Default', '2'] })).toEqual([3, 1, 2])
    await ec2.modifyLaunchTemplate({ ...it, DefaultVersion: '2' })
    expect(await numbers({ ...it, Versions: ['$Default'] })).toEqual([2])
    const deleted = await ec2.deleteLaunchTemplateVersions({ ...it, Versions: ['3', '2', '9'] })
    expect(deleted.SuccessfullyDeletedLaunchTemplateVersions).toMatchObject([{ VersionNumber: 3 }])
    expect(deleted.UnsuccessfullyDeletedLaunchTemplateVersions).toMatchObject([
      { VersionNumber: 2, ResponseError: { Code: 'unexpectedError' } },
      { VersionNumber: 9, ResponseError: { Code: 'launchTemplateVersionDoesNotExist' } },
    ])
    expect(await numbers({ ...it, Versions: ['$Latest'] })).toEqual([2])
    const next = await ec2.createLaunchTemplateVersion({ ...it, LaunchTemplateData: { KeyName: 'd' } })
    expect(next.LaunchTemplateVersion?.VersionNumber).toBe(4)
    await ec2.deleteLaunchTemplate(it)
    expect(await refusal(numbers(it))).toMatch(/^InvalidLaunchTemplateId.NotFound: /)
  })

  test.each([0, 201])('come in pages of 1 to 200, and not of %i', async (MaxResults) => {
    const it = await template()
    const words = 'InvalidParameterValue: Maximum results allowed are between 1 and 200'
    expect(await refusal(ec2.describeLaunchTemplates({ MaxResults }))).toBe(words)
    expect(await refusal(numbers({ ...it, MaxResults }))).toBe(words)
    expect(await numbers({ ...it, MaxResults: 200 })).toEqual([1])
  })

  test('are made once a client token', async () => {
    const request = { LaunchTemplateName: 'once', ClientToken: 'first', LaunchTemplateData: { KeyName: 'a' } }
    const { LaunchTemplate: made } = await ec2.createLaunchTemplate(request)
    expect((await ec2.createLaunchTemplate(request)).LaunchTemplate).toEqual(made)
    expect(await refusal(ec2.createLaunchTemplate({ ...request, LaunchTemplateName: 'twice' }))).toMatch(
      /^IdempotentParameterMismatch: /,
    )
    expect(await refusal(ec2.createLaunchTemplate({ ...request, ClientToken: 'second' }))).toMatch(
      /^InvalidLaunchTemplateName.AlreadyExistsException: /,
    )
    const version = {
      LaunchTemplateName: 'once',
      ClientToken: 'version',
      LaunchTemplateData: { KeyName: 'b' },
    }
    for (const _ of [1, 2]) {
      const answer = await ec2.createLaunchTemplateVersion(version)
      expect(answer.LaunchTemplateVersion?.VersionNumber).toBe(2)
    }
    expect(await numbers({ LaunchTemplateName: 'once' })).toEqual([2, 1])
    await ec2.deleteLaunchTemplate({ LaunchTemplateName: 'once' })
    const anew = { ...request, LaunchTemplateName: 'anew' }
    expect((await ec2.createLaunchTemplate(anew)).LaunchTemplate).toMatchObject({
      LaunchTemplateName: 'anew',
    })
  })

  test.each([
    ['an unknown id', { LaunchTemplateId: 'lt-0123456789abcdef0' }, 'InvalidLaunchTemplateId.NotFound'],
    ['what is no id', { LaunchTemplateId: 'web' }, 'InvalidLaunchTemplateId.Malformed'],
    ['an unknown name', { LaunchTemplateName: 'no' }, 'InvalidLaunchTemplateName.NotFoundException'],
    ['a name and an id', { LaunchTemplateName: 'no', LaunchTemplateId: 'no' }, 'InvalidParameterCombination'],
    ['a number of no template', { Versions: ['1'] }, 'InvalidParameterValue'],
    ['no template', {}, 'MissingParameter'],
  ])('are refused by %s', async (_case, named, code) => {
    expect(await refusal(numbers(named))).toMatch(new RegExp(`^${code}: `))
  })
})

describe('a launch from a template', () => {
  const launch = (request: Partial<Parameters<EC2['runInstances']>[0]>) =>
    ec2.runInstances({ MinCount: 1, MaxCount: 1, ...request })

  test('takes what the request does not say from the version, and says so in tags', async () => {
    const it = await template({
      UserData: userData,
      EbsOptimized: true,
      Monitoring: { Enabled: true },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'of', Value: 'template' }] }],
    })
    const { Instances: [made] = [] } = await launch({ LaunchTemplate: it, InstanceType: 't3.large' })
    expect(made).toMatchObject({
      ImageId: cloud.imageId,
      InstanceType: 't3.large',
      EbsOptimized: true,
      Monitoring: { State: 'enabled' },
      Tags: expect.arrayContaining([
        { Key: 'of', Value: 'template' },
        { Key: 'aws:ec2launchtemplate:id', Value: it.LaunchTemplateId },
        { Key: 'aws:ec2launchtemplate:version', Value: '1' },
      ]),
    })
    const { UserData } = await ec2.describeInstanceAttribute({
      InstanceId: made?.InstanceId,
      Attribute: 'userData',
    })
    expect(UserData?.Value).toBe(userData)
    await ec2.createLaunchTemplateVersion({ ...it, LaunchTemplateData: { InstanceType: 't3.nano' } })
    const Version = '$Latest'
    expect(await refusal(launch({ LaunchTemplate: { ...it, Version } }))).toMatch(/^MissingParameter: /)
    expect(await refusal(launch({ LaunchTemplate: { ...it, Version: '7' } }))).toMatch(
      /^InvalidLaunchTemplateId.VersionNotFound: /,
    )
  })

  test('takes its subnet in the network interface, where the template has one', async () => {
    const { Subnets: [subnet] = [] } = await ec2.describeSubnets()
    const SubnetId = subnet?.SubnetId
    const LaunchTemplate = await template({ NetworkInterfaces: [{ DeviceIndex: 0 }] })
    expect(await refusal(launch({ LaunchTemplate, SubnetId }))).toMatch(/^InvalidParameterCombination: /)
    const { Instances } = await launch({
      LaunchTemplate,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId }],
    })
    expect(Instances).toMatchObject([{ SubnetId }])
  })
})
