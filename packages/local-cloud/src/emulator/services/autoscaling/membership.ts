import { atMost, required, validationError } from '../constraint.ts'
import type { Compute, ComputeInstance } from '../ec2/compute.ts'
import { describeActivity } from './activity-log.ts'
import { capacityOf, type Group, type Member } from './group.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { refuseDeleting } from './group-handlers.ts'
import { sizesRefusal } from './group-sizes.ts'
import { groupTag } from './instance-tags.ts'
import { capacityChange, type Movement } from './movement.ts'

/** The operations that take running instances into a group and let them go. */
export function membershipHandlers(
  book: GroupBook,
  movement: Movement,
  compute: Compute,
): AutoScalingHandlers {
  return {
    AttachInstances(input) {
      const group = book.find(input.AutoScalingGroupName)
      refuseDeleting(group)
      const ids = requiredIds(input.InstanceIds)
      const instances = ids.map((id) => attachable(id, group, book, compute))
      if (group.desired + ids.length > group.max) throw sizesRefusal(group, 'attach', ids.length)
      group.desired += ids.length
      for (const instance of instances) attach(group, instance, book, movement)
      compute.tag(ids, { [groupTag]: group.name })
      book.changed()
      return {}
    },
    DetachInstances(input) {
      const group = book.find(input.AutoScalingGroupName)
      const members = membersOf(group, requiredIds(input.InstanceIds))
      for (const { id, state } of members) {
        if (state !== 'InService' && state !== 'Standby') {
          throw validationError(`The instance ${id} is not in InService or Standby.`)
        }
      }
      const decrement = required(input.ShouldDecrementDesiredCapacity, 'shouldDecrementDesiredCapacity')
      const counted = members.filter(({ state }) => state === 'InService').length
      if (decrement && group.desired - counted < group.min)
        throw sizesRefusal(group, 'detach', members.length)
      const activities = members.map((member) => {
        const capacity = capacityOf(group).length
        const shrinks = decrement && member.state === 'InService'
        const change = shrinks ? `, ${capacityChange(capacity, capacity - 1)}` : ''
        const cause = `instance ${member.id} was detached in response to a user request${change}.`
        return movement.start(group, member, 'detach', cause)
      })
      if (decrement) group.desired -= counted
      book.changed()
      return { Activities: activities.map(describeActivity) }
    },
  }
}

/** The ids of a request: at least one and at most 20, each once. */
export function requiredIds(ids: readonly string[] | undefined): string[] {
  const unique = [...new Set(atMost(ids ?? [], 'instanceIds', 20))]
  if (unique.length === 0) throw validationError('At least one instance id must be specified')
  return unique
}

/** @throws AwsError `ValidationError` for an instance that is not the group's. */
export function membersOf(group: Group, ids: readonly string[]): Member[] {
  return ids.map((id) => {
    const found = group.instances.find((member) => member.id === id)
    if (found === undefined) {
      throw validationError(`The instance ${id} is not part of Auto Scaling group ${group.name}.`)
    }
    return found
  })
}

function attachable(id: string, group: Group, book: GroupBook, compute: Compute): ComputeInstance {
  const instance = compute.describe([id])[0]
  if (instance === undefined) throw validationError(`Invalid Instance ID(s): [${id}] specified`)
  const owner = book.groupOf(id)?.group
  if (owner !== undefined)
    throw validationError(`Instance ${id} is already part of AutoScalingGroup:${owner.name}`)
  if (instance.state !== 'running') {
    throw validationError(`Instance ${id} is not in correct state. Instance(s) must be in 'running' state.`)
  }
  if (!group.zones.includes(instance.availabilityZone)) {
    throw validationError(
      `The availability zone of instance ${id} (${instance.availabilityZone}) is not one of those of AutoScalingGroup ${group.name}: [${group.zones.join(', ')}]`,
    )
  }
  return instance
}

function attach(group: Group, instance: ComputeInstance, book: GroupBook, movement: Movement): void {
  const member: Member = {
    id: instance.id,
    zone: instance.availabilityZone,
    type: instance.instanceType,
    ...(instance.spot && { spot: true }),
    imageId: instance.imageId,
    launched: instance.launchTime.toISOString(),
    state: 'Pending',
    since: book.now().toISOString(),
    health: 'Healthy',
    protected: group.protectNew,
  }
  const capacity = capacityOf(group).length
  group.instances.push(member)
  const cause = `an instance was attached in response to user request, ${capacityChange(capacity, capacity + 1)}.`
  movement.start(group, member, 'attach', cause)
}
