import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import type { FleetSeed } from '../fleet-seed.ts'

/** What stands between a name and its fleet: a load balancer, with its target groups where it has these. */
export interface Front {
  readonly name: string
  readonly dnsName: string
  /** What an alias names beside the DNS name. */
  readonly hostedZoneId: string
  /** By what an Auto Scaling group is bound to it. */
  binding(): Promise<Binding>
  /** How each instance behind it stands. */
  states(): Promise<readonly FrontState[]>
}

export type Binding = { readonly LoadBalancerNames: string[] } | { readonly TargetGroupARNs: string[] }

export interface FrontState {
  readonly instance: string
  readonly serves: boolean
  /** In AWS's words. */
  readonly says: string
}

/** Where the fleet is put. */
export interface FleetPlace {
  readonly vpc: string
  readonly subnets: string[]
  readonly securityGroup: string
}

/** The load balancers of one generation. */
export interface FrontKind {
  all(): Promise<Front[]>
  /** Makes the one of a fleet; what is there of it is taken as it is. */
  ensure(fleet: FleetSeed, place: FleetPlace): Promise<void>
}

export function isBoundTo(group: AutoScalingGroup, binding: Binding): boolean {
  const [has = [], wanted] =
    'TargetGroupARNs' in binding
      ? [group.TargetGroupARNs, binding.TargetGroupARNs]
      : [group.LoadBalancerNames, binding.LoadBalancerNames]
  return has.some((name) => wanted.includes(name))
}

/** Makes a thing; one of its name that is there is taken as it is. */
export async function unlessThere(made: Promise<unknown>): Promise<void> {
  await made.catch((error: unknown) => {
    if (!(error instanceof Error && /^(AlreadyExists|Duplicate\w+)/.test(error.name))) throw error
  })
}
