import type { Compute, ComputeInstance } from './compute.ts'
import type { Ec2Context } from './context.ts'
import { findVersion } from './launch-template-book.ts'
import { withTemplate } from './launch-template-data.ts'
import type { Launcher, LaunchTags } from './launcher.ts'
import type { Lifecycle } from './lifecycle.ts'
import { subnetsOf } from './network.ts'
import type { InstanceRecord } from './records.ts'
import { setTags, tagsOf } from './tags.ts'

/** EC2 as the other services see it. */
export function computeOf(ec2: Ec2Context, launcher: Launcher, lifecycle: Lifecycle): Compute {
  const { records } = ec2
  const known = (ids: readonly string[]): InstanceRecord[] => ids.flatMap((id) => records.instances[id] ?? [])
  return {
    async launch({ count, ...request }) {
      const groups = [...(request.SecurityGroupIds ?? []), ...(request.SecurityGroups ?? [])]
      const full = withTemplate(ec2, {
        ...request,
        SecurityGroupIds: groups.filter((group) => group.startsWith('sg-')),
        SecurityGroups: groups.filter((group) => !group.startsWith('sg-')),
        MinCount: count,
        MaxCount: count,
      })
      const launched = await launcher.launch(full, count, tagsIn(full.TagSpecifications))
      return launched.map((record) => viewOf(ec2, record))
    },
    terminate: (ids) => {
      for (const record of known(ids)) lifecycle.terminate(record)
    },
    describe: (ids) => {
      const all = lifecycle.all()
      return (ids === undefined ? all : known(ids)).map((record) => viewOf(ec2, record))
    },
    tag: (ids, tags) => {
      for (const { id } of known(ids)) setTags(ec2, id, tags)
      ec2.save()
    },
    untag: (ids, keys) => {
      for (const { id } of known(ids)) {
        const kept = Object.entries(tagsOf(ec2, id)).filter(([key]) => !keys.includes(key))
        records.tags[id] = Object.fromEntries(kept)
      }
      ec2.save()
    },
    hasImage: (id) => records.images[id]?.state === 'available',
    hasSecurityGroup: (id) => Object.hasOwn(records.securityGroups, id),
    hasKeyPair: (name) => Object.values(records.keyPairs).some((pair) => pair.name === name),
    launchTemplate: (specification) => {
      const { template, version } = findVersion(ec2, specification)
      const { id, name } = template
      return { id, name, version: `${version.number}`, data: version.data }
    },
    subnets: () => subnetsOf(ec2.region),
    onChange: (listener) => lifecycle.onChange((record) => listener(viewOf(ec2, record))),
  }
}

function tagsIn(specifications: Parameters<Compute['launch']>[0]['TagSpecifications']): LaunchTags {
  return new Map(
    (specifications ?? []).map(({ ResourceType = 'instance', Tags = [] }) => [
      ResourceType,
      Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    ]),
  )
}

function viewOf(ec2: Ec2Context, record: InstanceRecord): ComputeInstance {
  const {
    id,
    state,
    imageId,
    instanceType,
    spot = false,
    address,
    availabilityZone,
    subnetId,
    vpcId,
  } = record
  return {
    id,
    state,
    imageId,
    instanceType,
    spot,
    address,
    availabilityZone,
    subnetId,
    vpcId,
    securityGroupIds: record.groupIds,
    launchTime: new Date(record.launchTime),
    tags: { ...tagsOf(ec2, id) },
  }
}
