import type { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { describe, expect, test } from 'vitest'
import { onPlainGroups } from '../testing/on-plain-groups.ts'
import { type PlainGroups, v1, web } from '../testing/plain-groups.ts'
import { refusal, type TestCloud } from '../testing/test-cloud.ts'

let cloud: TestCloud
let groups: PlainGroups
let scaling: AutoScaling

onPlainGroups((given) => {
  cloud = given.cloud
  groups = given.groups
  scaling = given.scaling
})

describe('launch configurations', () => {
  test('all that was given is kept; what was not is empty, as AWS has it', async () => {
    const given = {
      SecurityGroups: ['sg-1'],
      UserData: Buffer.from('#!/bin/sh').toString('base64'),
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, VolumeType: 'gp3' } }],
      IamInstanceProfile: 'web',
      InstanceMonitoring: { Enabled: false },
      AssociatePublicIpAddress: true,
      PlacementTenancy: 'default',
      MetadataOptions: { HttpTokens: 'required' as const, HttpPutResponseHopLimit: 2 },
    }
    await groups.createSource('v1', given)
    const { LaunchConfigurations } = await scaling.describeLaunchConfigurations({
      LaunchConfigurationNames: ['v1'],
    })
    expect(LaunchConfigurations).toEqual([
      {
        ...given,
        ...v1,
        LaunchConfigurationARN: expect.stringMatching(
          /^arn:aws:autoscaling:eu-west-1:\d{12}:launchConfiguration:[0-9a-f-]{36}:launchConfigurationName\/v1$/,
        ),
        ImageId: cloud.imageId,
        InstanceType: 't3.micro',
        KeyName: '',
        KernelId: '',
        RamdiskId: '',
        EbsOptimized: false,
        ClassicLinkVPCSecurityGroups: [],
        CreatedTime: expect.any(Date),
      },
    ])
  })

  test('refusals', async () => {
    await groups.createSource()
    expect(await refusal(groups.createSource())).toBe(
      'AlreadyExistsFault: Launch Configuration by this name already exists - A launch configuration already exists with the name v1',
    )
    const ImageId = 'ami-0000000000000dead'
    expect(await refusal(groups.createSource('v2', { ImageId }))).toBe(
      `ValidationError: The image id '[${ImageId}]' does not exist`,
    )
    expect(await refusal(groups.createSource('v2', { InstanceType: undefined }))).toMatch(
      /^ValidationError: Valid requests/,
    )
    expect(await refusal(scaling.deleteLaunchConfiguration({ LaunchConfigurationName: 'no' }))).toBe(
      'ValidationError: Launch configuration name not found - Launch configuration no not found',
    )
    await groups.createGroup()
    expect(await refusal(scaling.deleteLaunchConfiguration(v1))).toBe(
      'ResourceInUseFault: Cannot delete launch configuration v1 because it is attached to AutoScalingGroup web',
    )
    await scaling.deleteAutoScalingGroup(web)
    await scaling.deleteLaunchConfiguration(v1)
    expect((await scaling.describeLaunchConfigurations({})).LaunchConfigurations).toEqual([])
  })
})
