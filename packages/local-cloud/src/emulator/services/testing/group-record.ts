import type { Group, Member } from '../autoscaling/group.ts'
import type { LaunchSource } from '../autoscaling/launch-source.ts'

/** A launch configuration as what something is launched from. */
export const from = (name: string): LaunchSource => ({ kind: 'configuration', name })

/** A member in service, as the store keeps it. */
export function member(id: string, changes: Partial<Member> = {}): Member {
  return {
    id,
    zone: 'a',
    type: 't3.micro',
    imageId: 'ami-1',
    launch: from('v1'),
    launched: '2024-01-01T00:00:00Z',
    state: 'InService',
    since: '2024-01-01T00:00:00Z',
    health: 'Healthy',
    protected: false,
    ...changes,
  }
}

/** The group `web`, as the store keeps it. */
export function group(instances: Member[], terminationPolicies = ['Default']): Group {
  return {
    name: 'web',
    arn: 'arn',
    created: '',
    launch: from('v2'),
    min: 0,
    max: 9,
    desired: 0,
    cooldown: 0,
    zones: ['a', 'b'],
    subnets: [],
    loadBalancers: [],
    healthCheckType: 'EC2',
    healthCheckGracePeriod: 0,
    terminationPolicies,
    protectNew: false,
    instances,
    suspended: {},
    tags: {},
    hooks: {},
  }
}
