import { AwsError } from '../../service.ts'
import { validationError } from '../constraint.ts'
import type { Compute, ComputeSubnet } from '../ec2/compute.ts'

/** Where a load balancer stands. */
export interface Placement {
  readonly vpcId: string
  readonly zones: string[]
  readonly subnets: string[]
}

/** The zones, subnets and security groups that a load balancer may have. */
export class Network {
  readonly #compute: Compute

  constructor(compute: Compute) {
    this.#compute = compute
  }

  /** A placement by zones or by subnets: exactly one of the two is given. */
  place(zones: readonly string[], subnets: readonly string[]): Placement {
    if (zones.length > 0 && subnets.length > 0) {
      throw validationError('Only one of SubnetIds or AvailabilityZones may be specified')
    }
    if (zones.length === 0 && subnets.length === 0) {
      throw validationError('Either AvailabilityZones or SubnetIds must be specified')
    }
    return placementOf(
      zones.length > 0 ? zones.map((zone) => this.#inZone(zone)) : subnets.map((id) => this.#byId(id)),
    )
  }

  /** The placement of these subnets, of which there may be none. */
  placeIn(subnets: readonly string[]): Placement {
    return placementOf(subnets.map((id) => this.#byId(id)))
  }

  /** The subnet of a zone. */
  subnetOf(zone: string): string {
    return this.#inZone(zone).id
  }

  hasVpc(id: string): boolean {
    return this.#compute.subnets().some(({ vpcId }) => vpcId === id)
  }

  groups(ids: readonly string[]): string[] {
    for (const id of ids) {
      if (!this.#compute.hasSecurityGroup(id)) {
        throw new AwsError('InvalidSecurityGroup', `The security group ${id} does not exist`)
      }
    }
    return [...new Set(ids)]
  }

  #inZone(zone: string): ComputeSubnet {
    const found = this.#compute.subnets().find(({ availabilityZone }) => availabilityZone === zone)
    if (found === undefined) throw validationError(`Invalid Availability Zone: ${zone}`)
    return found
  }

  #byId(id: string): ComputeSubnet {
    const found = this.#compute.subnets().find((subnet) => subnet.id === id)
    if (found === undefined) {
      throw new AwsError('SubnetNotFound', `The subnet ID '${id}' does not exist`)
    }
    return found
  }
}

function placementOf(subnets: readonly ComputeSubnet[]): Placement {
  return {
    vpcId: subnets[0]?.vpcId ?? '',
    zones: [...new Set(subnets.map(({ availabilityZone }) => availabilityZone))],
    subnets: [...new Set(subnets.map(({ id }) => id))],
  }
}
