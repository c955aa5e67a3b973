import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { sdk } from '../emulator/sdk.ts'
import { clientSettings, type Endpoint } from './client-settings.ts'
import type { FleetSeed } from './fleet-seed.ts'
import type { FleetNames, FleetStanding } from './fleet-standing.ts'
import type { Front, FrontState } from './fronts/front.ts'
import { type FleetClients, fleetClients, frontKind, liveFleet } from './live-fleet.ts'

/** Looks at a fleet once, by the calls that any client would make. */
export async function lookAtFleet(access: Endpoint, names: FleetNames): Promise<FleetStanding> {
  const clients = fleetClients(clientSettings(access))
  try {
    const [group, live] = await Promise.all([groupOf(clients, names), liveFleet(clients, names)])
    const front = live?.front ?? (group && (await frontBefore(clients, names)))
    const size = live?.expected ?? group?.DesiredCapacity ?? 0
    // A group that is being deleted is to be made anew.
    const stands = front !== undefined && group?.Status === undefined
    return {
      serves: stands && servingOf(await front.states()) >= size,
      ...(live && { live: { group: live.group, loadBalancer: live.front.name } }),
    }
  } finally {
    for (const client of Object.values(clients)) client.destroy()
  }
}

/** The group of a fleet's name. */
export async function groupOf(
  { autoScaling }: FleetClients,
  { group }: Pick<FleetNames, 'group'>,
): Promise<AutoScalingGroup | undefined> {
  const question = new sdk.autoScaling.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] })
  const { AutoScalingGroups = [] } = await autoScaling.send(question)
  return AutoScalingGroups[0]
}

/** The balancer that a fleet begins behind. */
export async function frontBefore(
  clients: FleetClients,
  fleet: Pick<FleetSeed, 'balancer' | 'loadBalancer'>,
): Promise<Front | undefined> {
  return (await frontKind(clients, fleet).all()).find(({ name }) => name === fleet.loadBalancer)
}

/** How many instances serve wherever they are registered. */
export function servingOf(states: readonly FrontState[]): number {
  const idle = states.filter(({ serves }) => !serves).map(({ instance }) => instance)
  return new Set(states.map(({ instance }) => instance).filter((id) => !idle.includes(id))).size
}
