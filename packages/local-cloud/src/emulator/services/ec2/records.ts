import type {
  InstanceMetadataOptionsResponse,
  IpPermission,
  Placement,
  RequestLaunchTemplateData,
  StateReason,
} from '@aws-sdk/client-ec2'
import type { InstanceState } from './compute.ts'

/** EC2's slice of the store: plain JSON, so times are ISO texts. Tags of everything are in one place, by id. */
export interface Ec2Records {
  readonly instances: Record<string, InstanceRecord>
  readonly images: Record<string, ImageRecord>
  readonly snapshots: Record<string, SnapshotRecord>
  readonly keyPairs: Record<string, KeyPairRecord>
  readonly securityGroups: Record<string, SecurityGroupRecord>
  readonly tags: Record<string, Record<string, string>>
  /** By client token. */
  readonly launches: Record<string, LaunchRecord>
  readonly launchTemplates: Record<string, LaunchTemplateRecord>
  /** What a client token has made: a template's version. */
  readonly templateTokens: Record<string, TemplateTokenRecord>
}

export interface VolumeRecord {
  readonly id: string
  readonly device: string
  readonly deleteOnTermination: boolean
  /** In GiB. */
  readonly size?: number
  readonly type?: string
  readonly encrypted?: boolean
  readonly snapshotId?: string
  readonly iops?: number
  readonly throughput?: number
}

export interface InstanceRecord {
  readonly id: string
  readonly reservationId: string
  readonly launchIndex: number
  state: InstanceState
  stateReason?: StateReason
  /** `User initiated (…)`, or empty. */
  transition: string
  readonly imageId: string
  readonly instanceType: string
  /** Set for a Spot Instance, which this cloud never interrupts. */
  readonly spot?: true
  readonly keyName?: string
  /** What the key pair's public key was at the launch: deleting the pair takes no access away. */
  readonly authorizedKeys: readonly string[]
  /** Base64, as it was given. */
  readonly userData?: string
  readonly clientToken?: string
  readonly subnetId: string
  readonly vpcId: string
  readonly availabilityZone: string
  readonly placement: Placement
  readonly groupIds: readonly string[]
  readonly networkInterfaceId: string
  readonly address: string
  readonly sshPort: number
  readonly volumes: readonly VolumeRecord[]
  readonly profileArn?: string
  readonly launchTemplate?: { readonly id: string; readonly version: string }
  readonly ebsOptimized: boolean
  readonly monitoring: boolean
  readonly metadata: InstanceMetadataOptionsResponse
  disableApiTermination: boolean
  readonly shutdownBehavior: 'stop' | 'terminate'
  readonly createdAt: string
  /** Of the last start. */
  launchTime: string
  terminatedAt?: string
}

export interface ImageRecord {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly ownerId: string
  readonly ownerAlias?: string
  readonly snapshotId: string
  readonly sourceInstanceId?: string
  readonly createdAt: string
  state: 'pending' | 'available' | 'failed'
  stateReason?: StateReason
}

export interface SnapshotRecord {
  readonly id: string
  readonly description: string
  readonly ownerId: string
  readonly volumeId: string
  readonly createdAt: string
  state: 'pending' | 'completed' | 'error'
}

export interface KeyPairRecord {
  readonly id: string
  readonly name: string
  readonly type: 'rsa' | 'ed25519'
  /** As in authorized_keys. */
  readonly publicKey: string
  readonly fingerprint: string
  readonly createdAt: string
}

export interface SecurityGroupRecord {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly vpcId: string
  readonly createdAt: string
  readonly ingress: IpPermission[]
}

export interface LaunchRecord {
  /** Digest of the request's parameters. */
  readonly digest: string
  readonly reservationId: string
}

export interface LaunchTemplateRecord {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  defaultVersion: number
  /** A number is never given twice: the last one stays on record when its version is deleted. */
  lastNumber: number
  /** By number. */
  readonly versions: Record<string, TemplateVersionRecord>
}

export interface TemplateVersionRecord {
  readonly number: number
  readonly description?: string
  readonly createdAt: string
  /** As it was given, and inherited: whatever this cloud has a use for. */
  readonly data: RequestLaunchTemplateData
}

export interface TemplateTokenRecord {
  /** Digest of the request's parameters. */
  readonly digest: string
  readonly id: string
  readonly version: number
}

export function emptyRecords(): Ec2Records {
  return {
    instances: {},
    images: {},
    snapshots: {},
    keyPairs: {},
    securityGroups: {},
    tags: {},
    launches: {},
    launchTemplates: {},
    templateTokens: {},
  }
}
