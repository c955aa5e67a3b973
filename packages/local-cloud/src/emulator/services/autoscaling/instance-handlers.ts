import type { Clock } from '../../clock.ts'
import { AwsError } from '../../service.ts'
import { atMost, oneOf, required, validationError } from '../constraint.ts'
import { type ActivityRecord, describeActivity } from './activity-log.ts'
import { capacityOf, type Group, isPending, type Member } from './group.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { sizesRefusal } from './group-sizes.ts'
import { isGraceOver } from './health-checks.ts'
import { membersOf, requiredIds } from './membership.ts'
import { capacityChange, type Movement } from './movement.ts'

/** The operations that move a group's instances to standby and back, terminate, protect and judge them. */
export function instanceHandlers(book: GroupBook, movement: Movement, clock: Clock): AutoScalingHandlers {
  return {
    EnterStandby(input) {
      const group = book.find(input.AutoScalingGroupName)
      const members = membersOf(group, requiredIds(input.InstanceIds))
      for (const { id, state } of members) {
        if (state !== 'InService') throw validationError(`The instance ${id} is not in InService.`)
      }
      const decrement = required(input.ShouldDecrementDesiredCapacity, 'shouldDecrementDesiredCapacity')
      if (decrement && group.desired - members.length < group.min) {
        throw sizesRefusal(group, 'place into standby', members.length)
      }
      const activities = members.map((member) => {
        const capacity = capacityOf(group).length
        const change = decrement ? `, ${capacityChange(capacity, capacity - 1)}` : ''
        const cause = `instance ${member.id} was moved to standby in response to a user request${change}.`
        return movement.start(group, member, 'enterStandby', cause)
      })
      if (decrement) group.desired -= members.length
      return answered(book, activities)
    },
    ExitStandby(input) {
      const group = book.find(input.AutoScalingGroupName)
      const members = membersOf(group, requiredIds(input.InstanceIds))
      for (const { id, state } of members) {
        if (state !== 'Standby') throw validationError(`The instance ${id} is not in Standby.`)
      }
      if (group.desired + members.length > group.max) {
        throw sizesRefusal(group, 'move out of standby', members.length)
      }
      const activities = members.map((member) => {
        const capacity = capacityOf(group).length
        const cause = `instance ${member.id} was moved out of standby in response to a user request, ${capacityChange(capacity, capacity + 1)}.`
        return movement.start(group, member, 'exitStandby', cause)
      })
      group.desired += members.length
      return answered(book, activities)
    },
    TerminateInstanceInAutoScalingGroup(input) {
      const id = required(input.InstanceId, 'instanceId')
      const decrement = required(input.ShouldDecrementDesiredCapacity, 'shouldDecrementDesiredCapacity')
      const found = book.groupOf(id)
      if (found === undefined) {
        throw validationError(`Instance Id not found - No managed instance found for instance ID: ${id}`)
      }
      const { Activities } = answered(book, [terminate(found.group, found.member, decrement, movement)])
      return { Activity: Activities[0] }
    },
    SetInstanceProtection(input) {
      const group = book.find(input.AutoScalingGroupName)
      const isProtected = required(input.ProtectedFromScaleIn, 'protectedFromScaleIn')
      const ids = atMost(required(input.InstanceIds, 'instanceIds'), 'instanceIds', 50)
      for (const member of membersOf(group, ids)) member.protected = isProtected
      book.changed()
      return {}
    },
    SetInstanceHealth(input) {
      const id = required(input.InstanceId, 'instanceId')
      const health = oneOf(required(input.HealthStatus, 'healthStatus'), 'healthStatus', [
        'Healthy',
        'Unhealthy',
      ])
      const found = book.groupOf(id)
      if (found === undefined) throw validationError(`No managed instance found for instance ID ${id}`)
      const { group, member } = found
      if (input.ShouldRespectGracePeriod !== false && !isGraceOver(group, member, clock)) return {}
      member.health = health
      if (health === 'Unhealthy') member.complaint = 'user'
      else delete member.complaint
      book.changed()
      return {}
    },
  }
}

function terminate(group: Group, member: Member, decrement: boolean, movement: Movement): ActivityRecord {
  if (member.activity !== undefined && !isPending(member)) {
    throw new AwsError('ScalingActivityInProgress', `Activity ${member.activity} is in progress.`)
  }
  // An instance in standby does not count towards desired: nothing is there to decrement.
  const counts = member.state !== 'Standby'
  if (decrement && counts && group.desired - 1 < group.min) {
    throw validationError(
      `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    )
  }
  const capacity = capacityOf(group).length
  const change = decrement && counts ? `, ${capacityChange(capacity, capacity - 1)}` : ''
  const cause = `an instance was taken out of service in response to a user request${change}.`
  if (decrement && counts) group.desired -= 1
  return movement.start(group, member, 'terminate', cause)
}

function answered(book: GroupBook, activities: readonly ActivityRecord[]) {
  book.changed()
  return { Activities: activities.map(describeActivity) }
}
