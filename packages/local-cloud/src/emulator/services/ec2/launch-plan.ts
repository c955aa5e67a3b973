import type { BlockDeviceMapping, RunInstancesRequest } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { ComputeSubnet } from './compute.ts'
import type { Ec2Context } from './context.ts'
import { findAll, findOne, kinds } from './ids.ts'
import { type Images, imageDevices } from './images.ts'
import { isInstanceType } from './instance-types.ts'
import { keyPairByName } from './key-pairs.ts'
import { subnetsOf } from './network.ts'
import type { InstanceRecord } from './records.ts'
import { defaultGroupId, groupByName } from './security-groups.ts'

/** What all instances of one launch have in common; the rest comes with the machine. */
export type LaunchPlan = Omit<
  InstanceRecord,
  | 'id'
  | 'reservationId'
  | 'launchIndex'
  | 'address'
  | 'sshPort'
  | 'volumes'
  | 'networkInterfaceId'
  | 'launchTime'
  | 'createdAt'
> & { readonly devices: readonly BlockDeviceMapping[] }

const userDataLimit = 16 * 1024

/** @throws AwsError for what RunInstances refuses. */
export function planLaunch(ec2: Ec2Context, images: Images, request: RunInstancesRequest): LaunchPlan {
  if (request.ImageId === undefined) throw missing('ImageId')
  const image = images.launchable(request.ImageId)
  const subnet = subnetFor(ec2, request)
  const { KeyName: keyName, UserData, ClientToken, IamInstanceProfile: profile } = request
  const { LaunchTemplateId: template, Version = '' } = request.LaunchTemplate ?? {}
  checkUserData(UserData)
  const profileArn =
    profile?.Arn ?? (profile?.Name && `arn:aws:iam::${ec2.account}:instance-profile/${profile.Name}`)
  return {
    state: 'pending',
    transition: '',
    imageId: image.id,
    instanceType: instanceType(request.InstanceType),
    ...(isSpot(request) && { spot: true }),
    ...(keyName && { keyName }),
    authorizedKeys: keyName ? [keyPairByName(ec2, keyName).publicKey] : [],
    ...(UserData && { userData: UserData }),
    ...(ClientToken !== undefined && { clientToken: ClientToken }),
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    availabilityZone: subnet.availabilityZone,
    placement: {
      Tenancy: 'default',
      GroupName: '',
      ...request.Placement,
      AvailabilityZone: subnet.availabilityZone,
    },
    groupIds: groupsFor(ec2, request),
    devices: devicesFor(imageDevices(image), request.BlockDeviceMappings ?? []),
    ...(profileArn && { profileArn }),
    ...(template !== undefined && { launchTemplate: { id: template, version: Version } }),
    ebsOptimized: request.EbsOptimized ?? false,
    monitoring: request.Monitoring?.Enabled ?? false,
    metadata: metadataFor(request),
    disableApiTermination: request.DisableApiTermination ?? false,
    shutdownBehavior: request.InstanceInitiatedShutdownBehavior ?? 'stop',
  }
}

function missing(parameter: string): AwsError {
  return new AwsError('MissingParameter', `The request must contain the parameter ${parameter}`)
}

function instanceType(type = 'm1.small'): string {
  if (isInstanceType(type)) return type
  throw new AwsError('InvalidParameterValue', `Invalid value '${type}' for InstanceType.`)
}

/** @throws AwsError for another market than the one beside On-Demand. */
function isSpot({ InstanceMarketOptions: market }: RunInstancesRequest): boolean {
  const { MarketType: type } = market ?? {}
  if (type !== undefined && type !== 'spot') {
    throw new AwsError('InvalidParameterValue', `This cloud has no instances of the market ${type}.`)
  }
  return type === 'spot'
}

/** @throws AwsError for what is not base64, or too long. */
export function checkUserData(text: string | undefined): void {
  if (text === undefined) return
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) {
    throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.')
  }
  if (Buffer.from(text, 'base64').length > userDataLimit) {
    throw new AwsError('InvalidParameterValue', `User data is limited to ${userDataLimit} bytes`)
  }
}

function subnetFor(ec2: Ec2Context, request: RunInstancesRequest): ComputeSubnet {
  const [network] = request.NetworkInterfaces ?? []
  if (network !== undefined && request.SubnetId !== undefined) {
    throw combination(
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    )
  }
  const subnets = Object.fromEntries(subnetsOf(ec2.region).map((each) => [each.id, each]))
  const zone = request.Placement?.AvailabilityZone
  const id = network?.SubnetId ?? request.SubnetId ?? subnetOfZone(ec2, zone)
  const subnet = findOne(kinds.subnet, subnets, id)
  if (zone !== undefined && zone !== subnet.availabilityZone) {
    throw new AwsError(
      'InvalidParameterValue',
      `The availability zone '${zone}' does not match the zone of '${id}'`,
    )
  }
  return subnet
}

function subnetOfZone({ region }: Ec2Context, zone: string | undefined): string {
  const subnet = subnetsOf(region).find((each) => zone === undefined || each.availabilityZone === zone)
  if (subnet === undefined)
    throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${zone}]`)
  return subnet.id
}

function groupsFor(ec2: Ec2Context, request: RunInstancesRequest): readonly string[] {
  const [network] = request.NetworkInterfaces ?? []
  const atInstance = [...(request.SecurityGroupIds ?? []), ...(request.SecurityGroups ?? [])]
  if (network !== undefined && atInstance.length > 0) {
    throw combination(
      'Network interfaces and an instance-level security groups may not be specified on the same request',
    )
  }
  const ids = network?.Groups ?? request.SecurityGroupIds ?? []
  const byId = findAll(kinds.securityGroup, ec2.records.securityGroups, ids)
  const byName = (request.SecurityGroups ?? []).map((name) => groupByName(ec2, name))
  const groups = [...byId, ...byName].map(({ id }) => id)
  return groups.length === 0 ? [defaultGroupId] : [...new Set(groups)]
}

function combination(message: string): AwsError {
  return new AwsError('InvalidParameterCombination', message)
}

/** The image's devices, changed and added to by the request's; `NoDevice` takes one away. */
function devicesFor(
  image: readonly BlockDeviceMapping[],
  asked: readonly BlockDeviceMapping[],
): BlockDeviceMapping[] {
  const devices = new Map(image.map((device) => [device.DeviceName ?? '', device]))
  for (const device of asked) {
    const name = device.DeviceName ?? ''
    if (device.NoDevice !== undefined) devices.delete(name)
    else devices.set(name, { ...device, Ebs: { ...devices.get(name)?.Ebs, ...device.Ebs } })
  }
  return [...devices.values()].filter((device) => device.VirtualName === undefined)
}

function metadataFor({ MetadataOptions: asked }: RunInstancesRequest): InstanceRecord['metadata'] {
  return {
    State: 'applied',
    HttpTokens: asked?.HttpTokens ?? 'required',
    HttpPutResponseHopLimit: asked?.HttpPutResponseHopLimit ?? 2,
    HttpEndpoint: asked?.HttpEndpoint ?? 'enabled',
    HttpProtocolIpv6: asked?.HttpProtocolIpv6 ?? 'disabled',
    InstanceMetadataTags: asked?.InstanceMetadataTags ?? 'disabled',
  }
}
