import { z } from '@viridian/core/zod'
import { LaunchSpec } from './launch-spec.ts'
import { LoadBalancer } from './load-balancer.ts'

/** What an instance of a group is that launches several kinds: one in its place is of the same kind. */
export const InstanceKind = z.strictObject({
  type: z.string(),
  /** How a Spot Instance is asked for: at most at the On-Demand price, or at another one. Absent for On-Demand. */
  spot: z.strictObject({ maxPrice: z.string().exactOptional() }).exactOptional(),
})

export type InstanceKind = z.infer<typeof InstanceKind>

/** An instance as its group sees it. */
export const FleetInstance = z.strictObject({
  id: z.string(),
  zone: z.string(),
  /** Auto Scaling's word: `InService`, `Pending`, `Standby`, … */
  lifecycle: z.string(),
  /** `Healthy` or `Unhealthy`. */
  health: z.string(),
  protected: z.boolean(),
  /** Absent in a group whose launch source alone says it. */
  kind: InstanceKind.exactOptional(),
})

export type FleetInstance = z.infer<typeof FleetInstance>

/** What a group replaces instances by that are well: unlike for other reasons, there is no process to suspend for it. */
export const ReplacementSettings = z.strictObject({
  /** Whether it replaces Spot Instances that EC2 may soon take away. */
  capacityRebalance: z.boolean(),
  /** After how many seconds in service it replaces an instance; 0: never. */
  maxInstanceLifetime: z.int(),
})

export type ReplacementSettings = z.infer<typeof ReplacementSettings>

/** An Auto Scaling group at one moment, with what the moves of a deployment need to know of it. */
export const Fleet = z.strictObject({
  name: z.string(),
  min: z.int(),
  max: z.int(),
  desired: z.int(),
  zones: z.array(z.string()),
  /** Empty for a group that names zones only. */
  subnets: z.array(z.string()),
  /** Where the group says that its instances are to stand: close together, apart, or in partitions. */
  placementGroup: z.string().exactOptional(),
  /** `EC2` or `ELB`, and for how many seconds a new instance is not judged. */
  healthCheck: z.strictObject({ type: z.string(), grace: z.int() }),
  launch: LaunchSpec,
  instances: z.array(FleetInstance),
  /** Those bound to the group: it registers its instances with them by itself. */
  loadBalancers: z.array(LoadBalancer),
  /** Processes that are suspended. */
  suspended: z.array(z.string()),
  /** Absent for a group that replaces no instance that is well. */
  replacement: ReplacementSettings.exactOptional(),
  /** The group's tags that its instances get too. */
  instanceTags: z.record(z.string(), z.string()),
  /** The pin that a run has left on it, if any: see `pin` of the Auto Scaling plugin. */
  pin: z.string().exactOptional(),
})

export type Fleet = z.infer<typeof Fleet>
