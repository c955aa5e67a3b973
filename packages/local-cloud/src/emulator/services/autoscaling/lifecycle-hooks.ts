import type { LifecycleHook, PutLifecycleHookType } from '@aws-sdk/client-auto-scaling'
import { named, oneOf, required, validationError, within } from '../constraint.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { type LifecycleAction, results, transitions } from './lifecycle-action.ts'

/** The operations on lifecycle hooks, and on the waits that they cause. */
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
      const asked = input.LifecycleHookNames ?? []
      const hooks = Object.values(book.find(input.AutoScalingGroupName).hooks)
      return {
        LifecycleHooks: hooks.filter(
          ({ LifecycleHookName }) => asked.length === 0 || asked.includes(LifecycleHookName ?? ''),
        ),
      }
    },
    DeleteLifecycleHook(input) {
      const group = book.find(input.AutoScalingGroupName)
      const name = required(input.LifecycleHookName, 'lifecycleHookName')
      const hook = group.hooks[name]
      if (hook === undefined) {
        throw validationError(`No Lifecycle Hook found with name: ${name} in AutoScalingGroup: ${group.name}`)
      }
      const result = hook.LifecycleTransition === transitions[0] ? 'ABANDON' : 'CONTINUE'
      const waits = group.instances.flatMap(({ actions = [] }) => actions).filter(isOpen(name))
      for (const wait of waits) wait.result = result
      delete group.hooks[name]
      book.changed()
      return {}
    },
    CompleteLifecycleAction(input) {
      const result = required(input.LifecycleActionResult, 'lifecycleActionResult')
      openAction(book, input).result = oneOf(result, 'lifecycleActionResult', results)
      book.changed()
      return {}
    },
    RecordLifecycleActionHeartbeat(input) {
      openAction(book, input).beat = book.now().toISOString()
      book.changed()
      return {}
    },
  }
}

/** Reads a hook from a request, with AWS's defaults. */
export function readHook(input: PutLifecycleHookType): LifecycleHook {
  const transition = required(input.LifecycleTransition, 'lifecycleTransition')
  const heartbeat = within(input.HeartbeatTimeout ?? 3600, 'heartbeatTimeout', 30, 7200)
  return {
    LifecycleHookName: named(input.LifecycleHookName, 'lifecycleHookName'),
    AutoScalingGroupName: required(input.AutoScalingGroupName, 'autoScalingGroupName'),
    LifecycleTransition: oneOf(transition, 'lifecycleTransition', transitions),
    ...(input.NotificationTargetARN === undefined
      ? {}
      : { NotificationTargetARN: input.NotificationTargetARN }),
    ...(input.RoleARN === undefined ? {} : { RoleARN: input.RoleARN }),
    ...(input.NotificationMetadata === undefined ? {} : { NotificationMetadata: input.NotificationMetadata }),
    HeartbeatTimeout: heartbeat,
    GlobalTimeout: Math.min(heartbeat * 100, 172_800),
    DefaultResult: oneOf(input.DefaultResult ?? 'ABANDON', 'defaultResult', results),
  }
}

interface ActionInput {
  readonly AutoScalingGroupName: string | undefined
  readonly LifecycleHookName: string | undefined
  readonly LifecycleActionToken?: string | undefined
  readonly InstanceId?: string | undefined
}

/** @throws AwsError `ValidationError` unless an instance waits for the hook. */
function openAction(book: GroupBook, input: ActionInput): LifecycleAction {
  const { InstanceId: id, LifecycleActionToken: token } = input
  const group = book.find(input.AutoScalingGroupName)
  if (id === undefined && token === undefined) {
    throw validationError('Either the InstanceId or the LifecycleActionToken must be specified.')
  }
  const found = group.instances
    .filter((member) => id === undefined || member.id === id)
    .flatMap(({ actions = [] }) => actions)
    .filter(isOpen(required(input.LifecycleHookName, 'lifecycleHookName')))
    .find((action) => token === undefined || action.token === token)
  if (found !== undefined) return found
  const what = token === undefined ? `instance ID ${id}` : `token ${token}`
  throw validationError(`No active Lifecycle Action found with ${what}`)
}

const isOpen =
  (hook: string) =>
  (action: LifecycleAction): boolean =>
    action.hook === hook && action.result === undefined
