import type { EC2 } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud } from '../testing/test-cloud.ts'
import { WebFleet, web } from '../testing/web-fleet.ts'

let cloud: TestCloud
let ec2: EC2
let fleet: WebFleet
let id: string

beforeAll(async () => {
  cloud = await openTestCloud()
  ec2 = cloud.ec2
  fleet = new WebFleet(cloud)
  await fleet.createSource()
  const { LaunchTemplate } = await ec2.createLaunchTemplate({
    LaunchTemplateName: 'web',
    LaunchTemplateData: {
      ImageId: cloud.imageId,
      InstanceType: 't3.micro',
      NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: true }],
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'of', Value: 'template' },
            { Key: 'team', Value: 'template' },
          ],
        },
      ],
    },
  })
  id = LaunchTemplate?.LaunchTemplateId ?? ''
})

afterAll(async () => {
  await cloud.close()
})

const group = { ...web, MinSize: 0, MaxSize: 4, AvailabilityZones: ['eu-west-1a'] }
const latest = { LaunchTemplateName: 'web', Version: '$Latest' }

describe('the launch source of a group', () => {
  test('is exactly one, that exists and has an image', async () => {
    const create = (source: object): Promise<string> =>
      refusal(fleet.scaling.createAutoScalingGroup({ ...group, ...source }))
    expect(await create({})).toMatch(/^ValidationError: Valid requests must contain/)
    expect(await create({ LaunchTemplate: latest, LaunchConfigurationName: 'v1' })).toMatch(
      /^ValidationError: Valid requests must contain/,
    )
    expect(await create({ LaunchTemplate: { LaunchTemplateName: 'no' } })).toMatch(
      /^ValidationError: You must use a valid fully-formed launch template. .* name no, does not exist/,
    )
    expect(await create({ LaunchTemplate: { LaunchTemplateId: id, Version: '7' } })).toMatch(
      /^ValidationError: .*version 7/,
    )
    await ec2.createLaunchTemplate({
      LaunchTemplateName: 'bare',
      LaunchTemplateData: { InstanceType: 't3.micro' },
    })
    expect(await create({ LaunchTemplate: { LaunchTemplateName: 'bare' } })).toMatch(
      /^ValidationError: .*ImageId/,
    )
  })

  test('is shown as it was given; a version is resolved when an instance is launched', async () => {
    await fleet.scaling.createAutoScalingGroup({
      ...group,
      LaunchTemplate: latest,
      DesiredCapacity: 1,
      Tags: [{ Key: 'team', Value: 'shop', PropagateAtLaunch: true }],
    })
    await fleet.settled(1)
    const named = { LaunchTemplateId: id, LaunchTemplateName: 'web' }
    const shown = await fleet.group()
    expect(shown).toMatchObject({ LaunchTemplate: { ...named, Version: '$Latest' } })
    expect(shown).not.toHaveProperty('LaunchConfigurationName')
    const LaunchTemplateData = { InstanceType: 't3.small' } as const
    await ec2.createLaunchTemplateVersion({
      ...named,
      LaunchTemplateName: undefined,
      SourceVersion: '1',
      LaunchTemplateData,
    })
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 2 })
    await fleet.settled(2)
    const members = await fleet.members()
    expect(members.map(({ InstanceType, LaunchTemplate }) => [InstanceType, LaunchTemplate])).toEqual([
      ['t3.micro', { ...named, Version: '1' }],
      ['t3.small', { ...named, Version: '2' }],
    ])
    const [first] = await cloud.describe(await fleet.ids())
    expect(Object.fromEntries((first?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      of: 'template',
      team: 'shop',
      'aws:autoscaling:groupName': 'web',
      'aws:ec2launchtemplate:id': id,
    })
  })

  test('may be another kind later, and back; those launched before go first when it shrinks', async () => {
    const [first = ''] = await fleet.ids()
    await fleet.scaling.updateAutoScalingGroup({ ...web, LaunchConfigurationName: 'v1' })
    expect(await fleet.group()).toMatchObject({ LaunchConfigurationName: 'v1' })
    expect(await fleet.group()).not.toHaveProperty('LaunchTemplate')
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 3 })
    await fleet.settled(3)
    const third = (await fleet.members()).find(({ LaunchConfigurationName }) => LaunchConfigurationName)
    const LaunchTemplate = { LaunchTemplateId: id }
    await fleet.scaling.updateAutoScalingGroup({ ...web, LaunchTemplate })
    expect(await fleet.group()).toMatchObject({ LaunchTemplate: { LaunchTemplateId: id } })
    expect(await fleet.group()).not.toHaveProperty('LaunchConfigurationName')
    await fleet.scaling.deleteLaunchConfiguration({ LaunchConfigurationName: 'v1' })
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 2 })
    await fleet.settled(2)
    expect(await fleet.ids()).not.toContain(third?.InstanceId)
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 1 })
    await fleet.settled(1)
    expect(await fleet.ids()).not.toContain(first)
  })

  test('that was deleted fails the next launch, and the group says why', async () => {
    await ec2.deleteLaunchTemplate({ LaunchTemplateId: id })
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 2 })
    await expect
      .poll(async () => (await fleet.lastActivity()).description, { timeout: 20_000 })
      .toContain(`launch template, with template ID ${id}, does not exist`)
    expect(cloud.reports).toHaveLength(1)
  })
})
