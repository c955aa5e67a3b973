import { setTimeout as sleep } from 'node:timers/promises'
import type { EC2Client } from '@aws-sdk/client-ec2'
import { ViridianError } from '@viridian/core'
import { sdk } from '../emulator/sdk.ts'
import { keyName } from './access.ts'
import { clientSettings, type Endpoint } from './client-settings.ts'
import type { FleetSeed } from './fleet-seed.ts'
import { type FleetClients, fleetClients, liveFleet } from './live-fleet.ts'
import { nameBalancer } from './name-balancer.ts'

const readyWithinMs = 90_000

/**
 * Builds the fleet in a cloud that has none of its name, by the calls that any client would make; resolves when it serves.
 * What is left of an earlier one, whose group somebody has deleted, is used again.
 */
export async function seedFleet(
  access: Endpoint,
  fleet: FleetSeed,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<void> {
  const settings = clientSettings(access)
  const clients = { ec2: new sdk.ec2.EC2Client(settings), ...fleetClients(settings) }
  try {
    const group = await standingGroup(clients, fleet, signal)
    // A deployment may have put another group in the place of the first one, and the first one may be gone.
    if (!group && !(await liveFleet(clients, fleet))) {
      note(`the local cloud has no group "${fleet.group}": starting it with ${fleet.size} instances`)
      await createFleet(clients, fleet)
    }
    // What has become of the fleet since, such as another size, is a rehearsal's own affair.
    const live = await liveFleet(clients, fleet)
    const size = live?.expected ?? group?.DesiredCapacity ?? fleet.size
    const loadBalancer = live?.loadBalancer ?? fleet.loadBalancer
    await untilServing(clients, { ...fleet, size, loadBalancer }, signal)
  } finally {
    for (const client of Object.values(clients)) client.destroy()
  }
}

interface Clients extends FleetClients {
  readonly ec2: EC2Client
}

/** The group, unless it is gone: one that is being deleted is waited for. */
async function standingGroup({ autoScaling }: Clients, { group: name }: FleetSeed, signal: AbortSignal) {
  const question = new sdk.autoScaling.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] })
  for (const deadline = Date.now() + readyWithinMs; ; await sleep(200, undefined, { signal })) {
    const { AutoScalingGroups: [group] = [] } = await autoScaling.send(question)
    if (group?.Status === undefined) return group
    if (Date.now() > deadline)
      throw new ViridianError('E_CLOUD_SEED', `the group "${name}" is still being deleted`, { hint: anew })
  }
}

const anew = '"tasks cloud down" and removing .tasks/cloud begins anew'

/** Makes a thing; one of its name that is there is taken as it is. */
async function unlessThere(made: Promise<unknown>): Promise<void> {
  await made.catch((error: unknown) => {
    if (!(error instanceof Error && /^(AlreadyExists|DuplicateLoadBalancerName)/.test(error.name)))
      throw error
  })
}

async function createFleet(clients: Clients, fleet: FleetSeed): Promise<void> {
  const { ec2, autoScaling } = clients
  const [image, subnets, securityGroup] = await Promise.all([
    baseImage(ec2),
    subnetsOf(ec2),
    securityGroupOf(ec2, fleet),
  ])
  await createBalancer(clients, fleet, subnets, securityGroup)
  await nameBalancer(clients, fleet)
  const source = autoScaling.send(
    new sdk.autoScaling.CreateLaunchConfigurationCommand({
      LaunchConfigurationName: `${fleet.group}-v1`,
      ImageId: image,
      InstanceType: 't3.micro',
      KeyName: keyName,
      SecurityGroups: [securityGroup],
      UserData: Buffer.from(await fleet.userData()).toString('base64'),
      InstanceMonitoring: { Enabled: true },
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, VolumeType: 'gp3', DeleteOnTermination: true } },
      ],
      MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled', HttpPutResponseHopLimit: 1 },
    }),
  )
  await unlessThere(source)
  await autoScaling.send(
    new sdk.autoScaling.CreateAutoScalingGroupCommand({
      AutoScalingGroupName: fleet.group,
      LaunchConfigurationName: `${fleet.group}-v1`,
      MinSize: fleet.size,
      MaxSize: fleet.size + 2,
      DesiredCapacity: fleet.size,
      VPCZoneIdentifier: subnets.join(','),
      LoadBalancerNames: [fleet.loadBalancer],
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 120,
      Tags: [
        {
          Key: 'Name',
          Value: fleet.group,
          PropagateAtLaunch: true,
          ResourceId: fleet.group,
          ResourceType: 'auto-scaling-group',
        },
      ],
    }),
  )
}

async function baseImage(ec2: EC2Client): Promise<string> {
  const { Images: [image] = [] } = await ec2.send(new sdk.ec2.DescribeImagesCommand({ Owners: ['amazon'] }))
  if (image?.ImageId) return image.ImageId
  throw new ViridianError('E_CLOUD_SEED', 'the local cloud has no base image', {
    hint: anew,
  })
}

async function subnetsOf(ec2: EC2Client): Promise<string[]> {
  const { Subnets = [] } = await ec2.send(new sdk.ec2.DescribeSubnetsCommand({}))
  return Subnets.flatMap(({ SubnetId }) => (SubnetId === undefined ? [] : [SubnetId]))
}

async function securityGroupOf(ec2: EC2Client, { group }: FleetSeed): Promise<string> {
  const { SecurityGroups: [known] = [] } = await ec2.send(
    new sdk.ec2.DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: [group] }] }),
  )
  if (known?.GroupId) return known.GroupId
  const made = await ec2.send(
    new sdk.ec2.CreateSecurityGroupCommand({ GroupName: group, Description: `The fleet ${group}` }),
  )
  return made.GroupId ?? ''
}

async function createBalancer(
  { balancers }: Clients,
  fleet: FleetSeed,
  subnets: string[],
  securityGroup: string,
): Promise<void> {
  const LoadBalancerName = fleet.loadBalancer
  const made = balancers.send(
    new sdk.elb.CreateLoadBalancerCommand({
      LoadBalancerName,
      Listeners: [
        {
          Protocol: 'HTTP',
          LoadBalancerPort: fleet.port,
          InstanceProtocol: 'HTTP',
          InstancePort: fleet.port,
        },
      ],
      Subnets: subnets,
      SecurityGroups: [securityGroup],
    }),
  )
  await unlessThere(made)
  const HealthCheck = {
    Target: `HTTP:${fleet.port}${fleet.health}`,
    Interval: 5,
    Timeout: 2,
    HealthyThreshold: 2,
    UnhealthyThreshold: 2,
  }
  await balancers.send(new sdk.elb.ConfigureHealthCheckCommand({ LoadBalancerName, HealthCheck }))
  const LoadBalancerAttributes = {
    ConnectionDraining: { Enabled: true, Timeout: 60 },
    CrossZoneLoadBalancing: { Enabled: true },
  }
  await balancers.send(
    new sdk.elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerName, LoadBalancerAttributes }),
  )
}

/** A rehearsal begins on a fleet that serves: the first one boots, a later one may have to boot again. */
async function untilServing({ balancers }: Clients, fleet: FleetSeed, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + readyWithinMs; ; await sleep(200, undefined, { signal })) {
    const InstanceStates = await statesAt(balancers, fleet)
    const serving = InstanceStates.filter(({ State }) => State === 'InService')
    if (serving.length >= fleet.size) return
    if (Date.now() < deadline) continue
    const states = InstanceStates.map(
      ({ InstanceId, State, Description }) => `${InstanceId} ${State}: ${Description}`,
    )
    throw new ViridianError(
      'E_CLOUD_SEED',
      `the local fleet does not serve: ${states.join('; ') || 'no instance is registered'}`,
      {
        hint: `look at .tasks/cloud/cloud.log; ${anew}`,
      },
    )
  }
}

async function statesAt(balancers: Clients['balancers'], { group, loadBalancer }: FleetSeed) {
  const question = new sdk.elb.DescribeInstanceHealthCommand({ LoadBalancerName: loadBalancer })
  try {
    return (await balancers.send(question)).InstanceStates ?? []
  } catch (error) {
    if (!(error instanceof sdk.elb.AccessPointNotFoundException)) throw error
    throw new ViridianError(
      'E_CLOUD_SEED',
      `the group "${group}" is there, and its load balancer "${loadBalancer}" is not`,
      {
        hint: `somebody has deleted it: delete the group too, and both are made again; or ${anew}`,
        cause: error,
      },
    )
  }
}
