import { describe, expect, test } from 'vitest'
import type { Clock } from '../../clock.ts'
import { openStore } from '../../store.ts'
import { group, member } from '../testing/group-record.ts'
import { GroupBook } from './group-book.ts'
import { beginActions, type LifecycleAction, outcomeOf } from './lifecycle-action.ts'
import { lifecycleHookHandlers } from './lifecycle-hooks.ts'

const start = new Date('2026-11-25T12:00:00Z')
const launching = 'autoscaling:EC2_INSTANCE_LAUNCHING'

function hook(LifecycleHookName: string, DefaultResult: string, HeartbeatTimeout = 60) {
  return {
    LifecycleHookName,
    LifecycleTransition: launching,
    HeartbeatTimeout,
    GlobalTimeout: 100,
    DefaultResult,
  }
}

/** The outcome so many seconds after the start. */
const after = (seconds: number, actions: readonly LifecycleAction[]) =>
  outcomeOf(actions, (time) => seconds - (Date.parse(time) - start.getTime()) / 1000)

function begun(...hooks: ReturnType<typeof hook>[]): LifecycleAction[] {
  return beginActions(hooks, launching, start)
}

/** A clock that stands so many seconds after the start. */
function clockAt(seconds: number): Clock {
  return {
    now: () => new Date(start.getTime() + seconds * 1000),
    milliseconds: (duration) => duration * 1000,
    sleep: () => Promise.resolve(),
  }
}

describe('lifecycle actions', () => {
  test('begin for the hooks of their transition alone', () => {
    const other = {
      ...hook('drain', 'CONTINUE'),
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    }
    expect(beginActions([hook('warm', 'CONTINUE'), other], launching, start)).toMatchObject([
      { hook: 'warm' },
    ])
  })

  test('end with the default result at the heartbeat timeout', () => {
    expect(after(59, begun(hook('warm', 'CONTINUE')))).toBeUndefined()
    expect(after(60, begun(hook('warm', 'CONTINUE')))).toEqual({ result: 'CONTINUE' })
    const actions = begun(hook('warm', 'ABANDON'))
    expect(after(60, actions)).toEqual({
      result: 'ABANDON',
      reason: `Instance failed to complete user's Lifecycle Action: Lifecycle Action with token ${actions[0]?.token} was abandoned: Heartbeat Timeout`,
    })
  })

  test('wait longer after a heartbeat, but not beyond the global timeout', async () => {
    const [action] = begun(hook('warm', 'CONTINUE'))
    if (action === undefined) throw new Error('there is no action')
    const book = new GroupBook(openStore(), clockAt(50))
    book.add(group([member('i-1', { state: 'Pending:Wait', actions: [action] })]))
    const input = { AutoScalingGroupName: 'web', LifecycleHookName: 'warm', InstanceId: 'i-1' }
    const call = { requestId: '', operation: '' }
    await lifecycleHookHandlers(book).RecordLifecycleActionHeartbeat?.(input, call)
    expect(after(60, [action])).toBeUndefined()
    expect(after(99, [action])).toBeUndefined()
    expect(after(100, [action])).toEqual({ result: 'CONTINUE' })
  })

  test('all have to continue; one that is abandoned is enough', () => {
    const said = (...results: ('CONTINUE' | 'ABANDON' | undefined)[]) =>
      begun(hook('one', 'CONTINUE'), hook('two', 'CONTINUE')).map((action, index) => {
        const result = results[index]
        return result === undefined ? action : { ...action, result }
      })
    expect(after(1, said('CONTINUE'))).toBeUndefined()
    expect(after(1, said('CONTINUE', 'CONTINUE'))).toEqual({ result: 'CONTINUE' })
    expect(after(1, said(undefined, 'ABANDON'))).toMatchObject({
      result: 'ABANDON',
      reason: expect.stringMatching(/was abandoned: Lifecycle Action Completed with ABANDON Result$/),
    })
  })
})
