/** The fleet that an empty local cloud starts with. */
export interface FleetSeed {
  /** The Auto Scaling group's name. */
  readonly group: string
  /** Instances; also the group's minimum, with room for two more above. */
  readonly size: number
  /** The classic load balancer's name. */
  readonly loadBalancer: string
  /** The name that users ask for; its zone is all behind the first dot. */
  readonly record: string
  /** The service's port, on the instances and on the balancer. */
  readonly port: number
  /** The path of the health check. */
  readonly health: string
  /** The script that an instance runs at its first boot. */
  readonly userData: () => Promise<string>
}
