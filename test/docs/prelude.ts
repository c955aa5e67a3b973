// What examples take for given: names that any task file, or any step of a plugin, has at hand.
import type { Fleet, Instance, LoadBalancer, TargetGroup } from '@viridian/aws'
import type { AutoScaling, Replica } from '@viridian/aws-autoscaling'
import type { CloudWatch } from '@viridian/aws-cloudwatch'
import type { Ec2 } from '@viridian/aws-ec2'
import type { BalancerReplica, Elb } from '@viridian/aws-elb'
import type { FoundRecord, Route53 } from '@viridian/aws-route53'
import type {
  ChangeContext,
  ChangeDefinition,
  Host,
  ReadDefinition,
  RemoteTask,
  StepContext,
  TaskContext,
} from '@viridian/core'

/** Of a task. */
export declare const t: TaskContext<{ balancers: 'string[]'; version: 'string' }>
export declare const host: Host
export declare const uptime: RemoteTask
export declare const restart: RemoteTask
export declare const upload: RemoteTask
export declare const migrate: RemoteTask

/** Plugins, as the templates name them. */
export declare const fleets: AutoScaling
export declare const instances: Ec2
export declare const traffic: Elb
export declare const names: Route53
export declare const alarms: CloudWatch

/** What they have found and made. */
export declare const blue: Fleet
export declare const green: Instance[]
export declare const www: FoundRecord
export declare const front: LoadBalancer
export declare const service: TargetGroup
export declare const fronts: BalancerReplica
export declare const replica: Replica
export declare const image: string

/** Of a step. */
export declare const c: StepContext & Pick<ChangeContext<unknown>, 'token'>
export declare const ids: string[]

/** What a plugin's author has written elsewhere. */
export declare const readFleet: (c: StepContext, group: string) => Promise<Fleet>
export declare const setMax: (c: StepContext, group: string, max: number) => Promise<void>
export declare const attachInstances: ChangeDefinition<{ group: string; ids: string[] }, null, null>
export declare const findImages: ReadDefinition<{ without: string[] }, { id: string; run: string }[]>
export declare const runInstances: ChangeDefinition<{ count: number }, null, string[]>
