import type { LifecycleHook, PutLifecycleHookType } from '@aws-sdk/client-auto-scaling'
import { oneOf, required, validationError, within } from '../constraint.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'

/** The operations on lifecycle hooks. Hooks are records here: no instance waits for one. */
export function lifecycleHookHandlers(book: GroupBook): AutoScalingHandlers {
  return {
    PutLifecycleHook(input) {
      const group = book.find(input.AutoScalingGroupName)
      const name = required(input.LifecycleHookName, 'lifecycleHookName')
      group.hooks[name] = readHook({ ...group.hooks[name], ...input })
      book.changed()
      return {}
    },
    DescribeLifecycleHooks(input) {
      const named = input.LifecycleHookNames ?? []
      const hooks = Object.values(book.find(input.AutoScalingGroupName).hooks)
      return {
        LifecycleHooks: hooks.filter(
          ({ LifecycleHookName }) => named.length === 0 || named.includes(LifecycleHookName ?? ''),
        ),
      }
    },
    DeleteLifecycleHook(input) {
      const group = book.find(input.AutoScalingGroupName)
      const name = required(input.LifecycleHookName, 'lifecycleHookName')
      if (group.hooks[name] === undefined) {
        throw validationError(`No Lifecycle Hook found with name: ${name} in AutoScalingGroup: ${group.name}`)
      }
      delete group.hooks[name]
      book.changed()
      return {}
    },
  }
}

const transitions = ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'] as const

/** Reads a hook from a request, with AWS's defaults. */
export function readHook(input: PutLifecycleHookType): LifecycleHook {
  const transition = required(input.LifecycleTransition, 'lifecycleTransition')
  const heartbeat = within(input.HeartbeatTimeout ?? 3600, 'heartbeatTimeout', 30, 7200)
  return {
    LifecycleHookName: required(input.LifecycleHookName, 'lifecycleHookName'),
    AutoScalingGroupName: required(input.AutoScalingGroupName, 'autoScalingGroupName'),
    LifecycleTransition: oneOf(transition, 'lifecycleTransition', transitions),
    ...(input.NotificationTargetARN === undefined
      ? {}
      : { NotificationTargetARN: input.NotificationTargetARN }),
    ...(input.RoleARN === undefined ? {} : { RoleARN: input.RoleARN }),
    ...(input.NotificationMetadata === undefined ? {} : { NotificationMetadata: input.NotificationMetadata }),
    HeartbeatTimeout: heartbeat,
    GlobalTimeout: Math.min(heartbeat * 100, 172_800),
    DefaultResult: oneOf(input.DefaultResult ?? 'ABANDON', 'defaultResult', ['CONTINUE', 'ABANDON']),
  }
}
