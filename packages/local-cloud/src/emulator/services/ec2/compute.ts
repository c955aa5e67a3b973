import type {
  LaunchTemplateSpecification,
  RequestLaunchTemplateData,
  RunInstancesRequest,
} from '@aws-sdk/client-ec2'

/** The life of an instance, in AWS's own words. */
export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped'

/** An instance as the other services see it: a copy, taken when it was asked for. */
export interface ComputeInstance {
  readonly id: string
  readonly state: InstanceState
  readonly imageId: string
  readonly instanceType: string
  readonly spot: boolean
  /** The loopback address of the machine; both its private and its public address in EC2's answers. */
  readonly address: string
  readonly availabilityZone: string
  readonly subnetId: string
  readonly vpcId: string
  readonly securityGroupIds: readonly string[]
  readonly launchTime: Date
  readonly tags: Readonly<Record<string, string>>
}

/** A subnet of the default VPC: one in each zone. */
export interface ComputeSubnet {
  readonly id: string
  readonly vpcId: string
  readonly availabilityZone: string
}

/** A version of a launch template, as a launch would find it now. */
export interface ComputeTemplate {
  readonly id: string
  readonly name: string
  /** A number: what `$Latest` and `$Default` stand for is resolved. */
  readonly version: string
  readonly data: RequestLaunchTemplateData
}

/**
 * What a launch takes: RunInstances' input with one `count`. Tags go in `TagSpecifications`, and may begin with
 * `aws:` here. A zone may be asked for by `SubnetId` or by `Placement.AvailabilityZone`. `UserData` is base64, as
 * in the API; security groups may be ids or names.
 */
export interface LaunchRequest extends Omit<RunInstancesRequest, 'MinCount' | 'MaxCount'> {
  readonly count: number
}

/** What EC2 offers to the other services of the cloud, without the wire between them. */
export interface Compute {
  /**
   * Starts instances: they are `pending` when this resolves, and `onChange` tells of `running`.
   *
   * @throws AwsError as RunInstances answers: `InvalidAMIID.NotFound`, `InvalidKeyPair.NotFound`, …
   */
  launch(request: LaunchRequest): Promise<ComputeInstance[]>
  /** Terminates; the ids are `shutting-down` when this returns. Ids that are gone already are passed over. */
  terminate(ids: readonly string[]): void
  /** The instances of these ids that are known (terminated ones too, for about an hour), or all. */
  describe(ids?: readonly string[]): ComputeInstance[]
  /** Sets tags, `aws:` ones too. */
  tag(ids: readonly string[], tags: Readonly<Record<string, string>>): void
  /** Takes tags away. */
  untag(ids: readonly string[], keys: readonly string[]): void
  /** Whether an image of this id can be launched. */
  hasImage(imageId: string): boolean
  hasKeyPair(keyName: string): boolean
  hasSecurityGroup(groupId: string): boolean
  /**
   * The version that a specification names; the default one when it names none.
   *
   * @throws AwsError as EC2 answers: `InvalidLaunchTemplateId.NotFound`, `InvalidLaunchTemplateId.VersionNotFound`, …
   */
  launchTemplate(specification: LaunchTemplateSpecification): ComputeTemplate
  subnets(): readonly ComputeSubnet[]
  /** Calls `listener` after every change of an instance's state. Returns a function that stops it. */
  onChange(listener: (instance: ComputeInstance) => void): () => void
}
