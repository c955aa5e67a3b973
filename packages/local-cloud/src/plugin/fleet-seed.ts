/** The fleet that an empty local cloud starts with. */
export interface FleetSeed {
  /** The Auto Scaling group's name. */
  readonly group: string
  /** Instances; also the group's minimum, with room for two more above. */
  readonly size: number
  /** The load balancer's name, and its target group's where it has one. */
  readonly loadBalancer: string
  /**
   * What is in front of the fleet: a classic load balancer, an Application Load Balancer, or a Network Load Balancer.
   *
   * @default 'classic'
   */
  readonly balancer?: 'classic' | 'application' | 'network'
  /** The name that users ask for; its zone is all behind the first dot. */
  readonly record: string
  /** The service's port, on the instances and on the balancer. */
  readonly port: number
  /** The path of the health check. */
  readonly health: string
  /** The script that an instance runs at its first boot. */
  readonly userData: () => Promise<string>
}
