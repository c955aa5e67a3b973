import { randomUUID } from 'node:crypto'
import type { LifecycleHook } from '@aws-sdk/client-auto-scaling'

/** The moments of an instance's life at which hooks hold it. */
export const transitions = [
  'autoscaling:EC2_INSTANCE_LAUNCHING',
  'autoscaling:EC2_INSTANCE_TERMINATING',
] as const

export type Transition = (typeof transitions)[number]

/** What ends a wait. */
export const results = ['CONTINUE', 'ABANDON'] as const

export type Result = (typeof results)[number]

/** The wait of an instance for one hook, as the store keeps it. Timeouts are AWS seconds. */
export interface LifecycleAction {
  readonly hook: string
  readonly token: string
  readonly begun: string
  /** The last heartbeat. */
  beat: string
  readonly heartbeatTimeout: number
  readonly globalTimeout: number
  readonly defaultResult: Result
  /** What a caller said. */
  result?: Result
}

/** The waits that begin at a transition: one for each of the group's hooks, all at the same time. */
export function beginActions(
  hooks: readonly LifecycleHook[],
  transition: Transition,
  now: Date,
): LifecycleAction[] {
  const begun = now.toISOString()
  return hooks
    .filter(({ LifecycleTransition }) => LifecycleTransition === transition)
    .map((hook) => ({
      hook: hook.LifecycleHookName ?? '',
      token: randomUUID(),
      begun,
      beat: begun,
      heartbeatTimeout: hook.HeartbeatTimeout ?? 3600,
      globalTimeout: hook.GlobalTimeout ?? 172_800,
      defaultResult: hook.DefaultResult === 'CONTINUE' ? 'CONTINUE' : 'ABANDON',
    }))
}

/** How a wait ended; `reason` says why it was abandoned, in AWS's words. */
export type Outcome =
  | { readonly result: 'CONTINUE' }
  | { readonly result: 'ABANDON'; readonly reason: string }

/**
 * How the waits of an instance end: abandoned as soon as one is, continued once all are; undefined while it waits.
 *
 * @param secondsSince The AWS seconds since a time on record.
 */
export function outcomeOf(
  actions: readonly LifecycleAction[],
  secondsSince: (time: string) => number,
): Outcome | undefined {
  const ended = actions.map((action) => ({ action, result: resultOf(action, secondsSince) }))
  const abandoned = ended.find(({ result }) => result === 'ABANDON')?.action
  if (abandoned !== undefined) return { result: 'ABANDON', reason: reasonOf(abandoned) }
  return ended.every(({ result }) => result !== undefined) ? { result: 'CONTINUE' } : undefined
}

function resultOf(action: LifecycleAction, secondsSince: (time: string) => number): Result | undefined {
  const late =
    secondsSince(action.beat) >= action.heartbeatTimeout || secondsSince(action.begun) >= action.globalTimeout
  return action.result ?? (late ? action.defaultResult : undefined)
}

function reasonOf({ token, result }: LifecycleAction): string {
  const why = result === undefined ? 'Heartbeat Timeout' : 'Lifecycle Action Completed with ABANDON Result'
  return `Instance failed to complete user's Lifecycle Action: Lifecycle Action with token ${token} was abandoned: ${why}`
}
