import { LaunchConfiguration$ } from '@aws-sdk/client-auto-scaling'
import { LaunchTemplateVersion$, ResponseLaunchTemplateData$ } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import type { LaunchConfiguration } from './launch-configuration.ts'
import { launchConfigurationFates } from './launch-configuration.ts'
import { configurationWithImage, versionWithImage } from './launch-copy.ts'
import { type LaunchTemplateVersion, templateDataFates, templateVersionFates } from './launch-template.ts'

describe('every member that the SDK knows is classified', () => {
  it.each([
    ['a launch configuration', LaunchConfiguration$, launchConfigurationFates],
    ["a launch template's version", LaunchTemplateVersion$, templateVersionFates],
    ["a launch template's data", ResponseLaunchTemplateData$, templateDataFates],
  ])('of %s', (_what, schema, fates) => {
    const [, , , , members] = schema
    expect(Object.keys(fates).sort()).toEqual([...members].sort())
  })
})

const devices = [
  { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 20, SnapshotId: 'snap-1' } },
  { DeviceName: '/dev/sdb', Ebs: { SnapshotId: 'snap-2' } },
  { DeviceName: '/dev/sdc', VirtualName: 'ephemeral0' },
]
const unpinned = [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 20 } }, devices[2]]

describe('a copy with another image', () => {
  it('of a launch configuration has every setting, and none of the old snapshots', () => {
    const settings: LaunchConfiguration = {
      ImageId: 'ami-1',
      InstanceType: 't3.micro',
      UserData: 'IyEvYmluL3No',
      EbsOptimized: false,
      BlockDeviceMappings: devices,
    }
    expect(configurationWithImage(settings, 'web--1', 'ami-2')).toEqual({
      LaunchConfigurationName: 'web--1',
      ImageId: 'ami-2',
      InstanceType: 't3.micro',
      UserData: 'IyEvYmluL3No',
      EbsOptimized: false,
      BlockDeviceMappings: unpinned,
    })
  })

  it('of a version of a launch template too', () => {
    const version: LaunchTemplateVersion = {
      LaunchTemplateId: 'lt-1',
      LaunchTemplateName: 'web',
      VersionNumber: 3,
      VersionDescription: 'by hand',
      CreatedBy: 'somebody',
      DefaultVersion: true,
      LaunchTemplateData: {
        ImageId: 'ami-1',
        InstanceType: 't3.micro',
        BlockDeviceMappings: devices,
        NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false }],
        MetadataOptions: { HttpTokens: 'required' },
        Operator: { Managed: false },
      },
    }
    expect(versionWithImage(version, 'web--1', 'ami-2')).toEqual({
      LaunchTemplateId: 'lt-1',
      VersionDescription: 'web--1',
      LaunchTemplateData: {
        ImageId: 'ami-2',
        InstanceType: 't3.micro',
        BlockDeviceMappings: unpinned,
        NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false }],
        MetadataOptions: { HttpTokens: 'required' },
      },
    })
  })
})
