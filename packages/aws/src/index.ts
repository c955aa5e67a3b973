export { accountChecks } from './account-checks.ts'
export { autoScalingApi } from './auto-scaling.ts'
export { awsCode } from './aws-error.ts'
export { balancerHealth, inServiceWithinMs, leaveWithinMs, notInService } from './balancer-health.ts'
export { healthCall, healthCalls, membersOf, registrationCalls } from './balancer-kinds.ts'
export { balancerLabel, labelThing } from './balancer-labels.ts'
export { type BalancerMembers, isBalancerGone, type MemberHealth } from './balancer-members.ts'
export { Bindings, type Bound, boundTo, isBoundTo } from './bound-balancers.ts'
export { type ListedBalancer, listClassicBalancers, readClassicBalancers } from './classic-balancers.ts'
export { sayCompared } from './compared.ts'
export { concreteName } from './concrete-name.ts'
export { Counterparts } from './counterparts.ts'
export { decoded } from './decoded.ts'
export { ec2Api } from './ec2.ts'
export { elbApi } from './elastic-load-balancing.ts'
export { elbV2Api } from './elastic-load-balancing-v2.ts'
export { type Ec2Filter, filteredPages } from './filtered-pages.ts'
export { Fleet, FleetInstance, InstanceKind, ReplacementSettings } from './fleet.ts'
export { balancersOf, frontsOf } from './fronts.ts'
export type { InstanceRef } from './instance.ts'
export { Instance } from './instance.ts'
export type { LaunchConfiguration } from './launch-configuration.ts'
export { configurationWithImage, versionWithImage } from './launch-copy.ts'
export { launchDifferences } from './launch-differences.ts'
export type { LaunchSettings } from './launch-settings.ts'
export { launchSpecOf, readLaunchSettings, readSameSettings } from './launch-settings.ts'
export { LaunchSource, LaunchSpec, sourceName, sourceThing } from './launch-spec.ts'
export type { LaunchTemplateVersion } from './launch-template.ts'
export { findLaunchTemplateVersion } from './launch-template.ts'
export type { BalancerRef, FrontRef } from './load-balancer.ts'
export {
  balancerKey,
  balancerName,
  balancerThing,
  balancerTitle,
  ClassicLoadBalancer,
  Front,
  HealthCheck,
  LoadBalancer,
  LoadBalancerV2,
  TargetGroup,
} from './load-balancer.ts'
export { listLoadBalancersV2 } from './load-balancers-v2.ts'
export { makeSure } from './make-sure.ts'
export { nameFor, runOfName, stemOf } from './names.ts'
export type { InputOf, OperationOf } from './operation.ts'
export { allPages } from './pages.ts'
export type { Look, Poll } from './poll.ts'
export { findMade, lookFor, poll } from './poll.ts'
export type { Copied, Difference, Fate, Fates } from './replica.ts'
export { copyOf, differences } from './replica.ts'
export { addressesOf, serverAddress, serversOfEnvironment } from './resolve.ts'
export { sayLeft } from './say-left.ts'
export type { ClientSettings, Service, ServiceDefinition } from './service.ts'
export { defineService } from './service.ts'
export type { Tag } from './tags.ts'
export { pinTag, retiredTag, roomTag, runTag, stepTag, tagsOf } from './tags.ts'
export { atOtherPorts } from './target-group-members.ts'
export {
  type DescribedTargetGroup,
  describeTargetGroups,
  listTargetGroups,
  readTargetGroups,
  targetGroupCalls,
} from './target-groups.ts'
