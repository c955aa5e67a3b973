import { AwsError } from '../../service.ts'
import { required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { awsTime } from './activity-log.ts'
import type { Group } from './group.ts'
import type { AutoScalingHandlers } from './group-book.ts'
import { describeGroup, describeMember } from './group-description.ts'
import { matchesFilters } from './group-filter.ts'
import { type GroupInputParts, readGroup, readGroupChanges } from './group-input.ts'
import { refuseProtected } from './group-options.ts'
import { invalidToken } from './launch-configuration.ts'
import type { Movement } from './movement.ts'

/** The operations that make, show, change and delete groups. */
export function groupHandlers(parts: GroupInputParts, movement: Movement): AutoScalingHandlers {
  const { book } = parts
  return {
    CreateAutoScalingGroup(input) {
      const present = book.group(required(input.AutoScalingGroupName, 'autoScalingGroupName'))
      if (present !== undefined) throw alreadyExists(present)
      const group = readGroup(input, parts)
      explain(group, 'a user request created an AutoScalingGroup', 0, book.now())
      book.add(group)
      return {}
    },
    UpdateAutoScalingGroup(input) {
      const group = book.find(input.AutoScalingGroupName)
      refuseDeleting(group)
      const { desired } = group
      Object.assign(group, readGroupChanges(group, input, parts))
      const constraints = `min: ${group.min}, max: ${group.max}, desired: ${group.desired}`
      explain(
        group,
        `a user request update of AutoScalingGroup constraints to ${constraints}`,
        desired,
        book.now(),
      )
      book.changed()
      return {}
    },
    SetDesiredCapacity(input) {
      const group = book.find(input.AutoScalingGroupName)
      refuseDeleting(group)
      const wanted = required(input.DesiredCapacity, 'desiredCapacity')
      refuseBeyond(group, wanted)
      if (input.HonorCooldown === true) refuseInCooldown(group, parts)
      const { desired } = group
      group.desired = wanted
      explain(group, 'a user request explicitly set group desired capacity', desired, book.now())
      book.changed()
      return {}
    },
    DescribeAutoScalingGroups(input) {
      const named = new Set(input.AutoScalingGroupNames ?? [])
      const all = book
        .groups()
        .filter(({ name }) => named.size === 0 || named.has(name))
        .filter((group) => matchesFilters(group, input.Filters ?? []))
      const page = pageOf(
        all,
        within(input.MaxRecords ?? 50, 'maxRecords', 1, 100),
        input.NextToken,
        invalidToken,
      )
      return {
        AutoScalingGroups: page.items.map((group) =>
          input.IncludeInstances === false
            ? { ...describeGroup(group), Instances: [] }
            : describeGroup(group),
        ),
        ...(page.next === undefined ? {} : { NextToken: page.next }),
      }
    },
    DescribeAutoScalingInstances(input) {
      const asked = new Set(input.InstanceIds ?? [])
      const all = book
        .groups()
        .flatMap((group) =>
          group.instances.map((member) => ({
            ...describeMember(group, member),
            AutoScalingGroupName: group.name,
          })),
        )
        .filter(({ InstanceId }) => asked.size === 0 || asked.has(InstanceId ?? ''))
        .map((instance) => ({ ...instance, HealthStatus: instance.HealthStatus?.toUpperCase() }))
      const page = pageOf(
        all,
        within(input.MaxRecords ?? 50, 'maxRecords', 1, 50),
        input.NextToken,
        invalidToken,
      )
      return {
        AutoScalingInstances: [...page.items],
        ...(page.next === undefined ? {} : { NextToken: page.next }),
      }
    },
    DeleteAutoScalingGroup(input) {
      const group = book.find(input.AutoScalingGroupName)
      refuseProtected(group.options, group.name, input.ForceDelete === true)
      if (input.ForceDelete !== true) refuseInUse(group, parts)
      group.deleting = true
      for (const member of group.instances) {
        if (!member.state.startsWith('Terminat')) movement.start(group, member, 'terminate', deleted)
        movement.freeOfHooks(member)
      }
      Object.assign(group, { min: 0, max: 0, desired: 0 })
      if (group.instances.length === 0) book.remove(group)
      book.changed()
      return {}
    },
  }
}

const deleted = 'an instance was taken out of service in response to a user request to delete the group.'

/** @throws AwsError when the group is on its way out. */
export function refuseDeleting(group: Group): void {
  if (group.deleting) {
    throw validationError(`AutoScalingGroup ${group.name} is pending delete and cannot be changed`)
  }
}

/** Remembers why desired changed, for the causes of the activities that follow. */
export function explain(group: Group, event: string, before: number, now: Date): void {
  if (group.desired === before) return
  group.reason = `At ${awsTime(now)} ${event} changing the desired capacity from ${before} to ${group.desired}.`
}

function alreadyExists(group: Group): AwsError {
  return new AwsError(
    'AlreadyExists',
    group.deleting
      ? `AutoScalingGroup by this name is pending delete - ${group.name}`
      : `AutoScalingGroup by this name already exists - A group with the name ${group.name} already exists`,
  )
}

function refuseBeyond(group: Group, wanted: number): void {
  if (wanted > group.max) {
    throw validationError(
      `New SetDesiredCapacity value ${wanted} is above max value ${group.max} for the AutoScalingGroup.`,
    )
  }
  if (wanted < group.min) {
    throw validationError(
      `New SetDesiredCapacity value ${wanted} is below min value ${group.min} for the AutoScalingGroup.`,
    )
  }
}

function refuseInCooldown(group: Group, { book }: GroupInputParts): void {
  const last = book.activities.all().find((activity) => activity.group === group.name)
  const running = last !== undefined && last.end === undefined
  const cooling = group.settled !== undefined && book.secondsSince(group.settled) < group.cooldown
  if (!running && !cooling) return
  throw new AwsError(
    'ScalingActivityInProgress',
    `Scaling activity ${last?.id} is in progress and blocks this action`,
  )
}

function refuseInUse(group: Group, { book }: GroupInputParts): void {
  if (group.instances.length > 0) {
    throw new AwsError(
      'ResourceInUse',
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    )
  }
  const busy = book.activities.all().some(({ groupArn, end }) => groupArn === group.arn && end === undefined)
  if (busy) {
    throw new AwsError(
      'ScalingActivityInProgress',
      'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
    )
  }
}
