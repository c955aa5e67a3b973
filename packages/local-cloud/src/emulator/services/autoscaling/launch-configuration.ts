import { randomUUID } from 'node:crypto'
import type { CreateLaunchConfigurationType, LaunchConfiguration } from '@aws-sdk/client-auto-scaling'
import { AwsError } from '../../service.ts'
import { named, validationError, within } from '../constraint.ts'
import type { Compute } from '../ec2/compute.ts'
import { pageOf } from '../page.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'

/** A launch configuration as the store keeps it: what was asked for, in the API's own form. */
export interface LaunchConfigurationRecord {
  readonly name: string
  readonly arn: string
  readonly created: string
  readonly imageId: string
  readonly instanceType: string
  readonly settings: Omit<
    CreateLaunchConfigurationType,
    'LaunchConfigurationName' | 'ImageId' | 'InstanceType' | 'InstanceId'
  >
}

/** The operations on launch configurations. */
export function launchConfigurationHandlers(
  book: GroupBook,
  compute: Compute,
  arnOf: ArnOf,
): AutoScalingHandlers {
  return {
    CreateLaunchConfiguration(input) {
      book.addConfiguration(readConfiguration(input, compute, arnOf, book.now()))
      return {}
    },
    DescribeLaunchConfigurations(input) {
      const named = new Set(input.LaunchConfigurationNames ?? [])
      const all = book.configurations().filter(({ name }) => named.size === 0 || named.has(name))
      const page = pageOf(
        all,
        within(input.MaxRecords ?? 50, 'maxRecords', 1, 100),
        input.NextToken,
        invalidToken,
      )
      return {
        LaunchConfigurations: page.items.map(describeConfiguration),
        ...(page.next === undefined ? {} : { NextToken: page.next }),
      }
    },
    DeleteLaunchConfiguration(input) {
      const { name } = book.findConfiguration(input.LaunchConfigurationName)
      const user = book.groups().find(({ launch }) => launch.kind === 'configuration' && launch.name === name)
      if (user !== undefined) {
        throw new AwsError(
          'ResourceInUse',
          `Cannot delete launch configuration ${name} because it is attached to AutoScalingGroup ${user.name}`,
        )
      }
      book.removeConfiguration(name)
      return {}
    },
  }
}

/** Makes the ARN of a new resource from its kind and name. */
export type ArnOf = (kind: 'autoScalingGroup' | 'launchConfiguration', name: string) => string

export function arnsOf(region: string, account: string): ArnOf {
  return (kind, name) =>
    `arn:aws:autoscaling:${region}:${account}:${kind}:${randomUUID()}:${kind}Name/${name}`
}

/** The refusal of a page token that was never handed out. */
export function invalidToken(): AwsError {
  return new AwsError('InvalidNextToken', 'The token is not valid')
}

function readConfiguration(
  input: CreateLaunchConfigurationType,
  compute: Compute,
  arnOf: ArnOf,
  now: Date,
): LaunchConfigurationRecord {
  const { LaunchConfigurationName, ImageId, InstanceType, InstanceId: _unsupported, ...settings } = input
  const name = named(LaunchConfigurationName, 'launchConfigurationName')
  if (ImageId === undefined || InstanceType === undefined) {
    throw validationError(
      'Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.',
    )
  }
  if (!compute.hasImage(ImageId)) throw validationError(`The image id '[${ImageId}]' does not exist`)
  if (settings.KeyName !== undefined && settings.KeyName !== '' && !compute.hasKeyPair(settings.KeyName)) {
    throw validationError(`The key pair '${settings.KeyName}' does not exist`)
  }
  if (Buffer.from(settings.UserData ?? '', 'base64').length > 16384) {
    throw validationError('User data is limited to 16384 bytes')
  }
  const arn = arnOf('launchConfiguration', name)
  return { name, arn, created: now.toISOString(), imageId: ImageId, instanceType: InstanceType, settings }
}

/** AWS answers with empty strings and lists for what was not given. */
function describeConfiguration(record: LaunchConfigurationRecord): LaunchConfiguration {
  const { settings } = record
  return {
    ...settings,
    LaunchConfigurationName: record.name,
    LaunchConfigurationARN: record.arn,
    ImageId: record.imageId,
    InstanceType: record.instanceType,
    KeyName: settings.KeyName ?? '',
    KernelId: settings.KernelId ?? '',
    RamdiskId: settings.RamdiskId ?? '',
    UserData: settings.UserData ?? '',
    SecurityGroups: settings.SecurityGroups ?? [],
    ClassicLinkVPCSecurityGroups: settings.ClassicLinkVPCSecurityGroups ?? [],
    BlockDeviceMappings: settings.BlockDeviceMappings ?? [],
    InstanceMonitoring: settings.InstanceMonitoring ?? { Enabled: true },
    EbsOptimized: settings.EbsOptimized ?? false,
    CreatedTime: new Date(record.created),
  }
}
