export type { DescribeOptions, Elb, RegisterOptions, RemovableOptions } from './plugin.ts'
export { elb, elb as default } from './plugin.ts'
export type { BalancerReplica } from './replicate.ts'
export type { SmokeOptions } from './smoke.ts'
