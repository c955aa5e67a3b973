import { setTimeout as sleep } from 'node:timers/promises'
import type { EC2Client } from '@aws-sdk/client-ec2'
import { ViridianError } from '@viridian/core'
import { sdk } from '../emulator/sdk.ts'
import { keyName } from './access.ts'
import { clientSettings, type Endpoint } from './client-settings.ts'
import { frontBefore, groupOf, servingOf } from './fleet-look.ts'
import type { FleetSeed } from './fleet-seed.ts'
import { type FleetPlace, type Front, unlessThere } from './fronts/front.ts'
import { type FleetClients, fleetClients, frontKind, liveFleet } from './live-fleet.ts'
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
    await untilServing(live?.front ?? (await frontOf(clients, fleet)), size, signal)
  } finally {
    for (const client of Object.values(clients)) client.destroy()
  }
}

interface Clients extends FleetClients {
  readonly ec2: EC2Client
}

/** The group, unless it is gone: one that is being deleted is waited for. */
async function standingGroup(clients: Clients, fleet: FleetSeed, signal: AbortSignal) {
  const { group: name } = fleet
  for (const deadline = Date.now() + readyWithinMs; ; await sleep(200, undefined, { signal })) {
    const group = await groupOf(clients, fleet)
    if (group?.Status === undefined) return group
    if (Date.now() > deadline)
      throw new ViridianError('E_CLOUD_SEED', `the group "${name}" is still being deleted`, { hint: anew })
  }
}

const anew = '"tasks cloud down" and removing .tasks/cloud begins anew'

async function createFleet(clients: Clients, fleet: FleetSeed): Promise<void> {
  const { ec2, autoScaling } = clients
  const [image, place] = await Promise.all([baseImage(ec2), placeOf(ec2, fleet)])
  await frontKind(clients, fleet).ensure(fleet, place)
  const front = await frontOf(clients, fleet)
  await nameBalancer(clients.names, fleet.record, front)
  const source = autoScaling.send(
    new sdk.autoScaling.CreateLaunchConfigurationCommand({
      LaunchConfigurationName: `${fleet.group}-v1`,
      ImageId: image,
      InstanceType: 't3.micro',
      KeyName: keyName,
      SecurityGroups: [place.securityGroup],
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
      VPCZoneIdentifier: place.subnets.join(','),
      ...(await front.binding()),
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

async function placeOf(ec2: EC2Client, fleet: FleetSeed): Promise<FleetPlace> {
  const { Subnets = [] } = await ec2.send(new sdk.ec2.DescribeSubnetsCommand({}))
  return {
    vpc: Subnets[0]?.VpcId ?? '',
    subnets: Subnets.flatMap(({ SubnetId = [] }) => SubnetId),
    securityGroup: await securityGroupOf(ec2, fleet),
  }
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

/** The balancer that a fleet begins behind. */
async function frontOf(clients: Clients, fleet: FleetSeed): Promise<Front> {
  const { group, loadBalancer } = fleet
  const front = await frontBefore(clients, fleet)
  if (front !== undefined) return front
  throw new ViridianError(
    'E_CLOUD_SEED',
    `the group "${group}" is there, and its load balancer "${loadBalancer}" is not`,
    { hint: `somebody has deleted it: delete the group too, and both are made again; or ${anew}` },
  )
}

/** A rehearsal begins on a fleet that serves: the first one boots, a later one may have to boot again. */
async function untilServing(front: Front, size: number, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + readyWithinMs; ; await sleep(200, undefined, { signal })) {
    const states = await front.states()
    if (servingOf(states) >= size) return
    if (Date.now() < deadline) continue
    const said = states.map(({ instance, says }) => `${instance} ${says}`)
    throw new ViridianError(
      'E_CLOUD_SEED',
      `the local fleet does not serve: ${said.join('; ') || 'no instance is registered'}`,
      {
        hint: `look at .tasks/cloud/cloud.log; ${anew}`,
      },
    )
  }
}
