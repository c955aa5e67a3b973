export { autoScalingApi } from './auto-scaling.ts'
export { awsCode, isClearRefusal } from './aws-error.ts'
export type { MemberHealth } from './balancer-health.ts'
export {
  balancerHealth,
  classicOnly,
  inServiceCount,
  inServiceWithinMs,
  leaveWithinMs,
  notInService,
} from './balancer-health.ts'
export { readClassicBalancers } from './classic-balancers.ts'
export { sayCompared } from './compared.ts'
export { Counterparts } from './counterparts.ts'
export { decoded } from './decoded.ts'
export { elbApi } from './elastic-load-balancing.ts'
export { Fleet, FleetInstance } from './fleet.ts'
export type { InstanceRef } from './instance.ts'
export { Instance } from './instance.ts'
export type { BlockDevice, LaunchConfiguration } from './launch-configuration.ts'
export { launchDigest, readLaunchConfiguration } from './launch-configuration.ts'
export { LaunchSource, LaunchSpec, sourceName } from './launch-spec.ts'
export type { ClassicLoadBalancer } from './load-balancer.ts'
export { balancerName, HealthCheck, LoadBalancer } from './load-balancer.ts'
export { makeSure } from './make-sure.ts'
export { nameFor } from './names.ts'
export type { InputOf, OperationOf } from './operation.ts'
export type { Look, Poll } from './poll.ts'
export { lookFor, poll } from './poll.ts'
export type { Copied, Difference, Fate, Fates } from './replica.ts'
export { copyOf, differences } from './replica.ts'
export type { ClientSettings, Service, ServiceDefinition } from './service.ts'
export { defineService } from './service.ts'
export type { Tag } from './tags.ts'
export { pinTag, retiredTag, runTag, stepTag, tagsOf } from './tags.ts'
