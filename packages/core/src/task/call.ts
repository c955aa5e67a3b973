import type { Session } from '../run/session.ts'
import type { ArgSpecs, ArgValues } from './args.ts'
import type { TaskContext } from './context.ts'
import { runOnHosts } from './on-hosts.ts'
import { type CallSettings, isRemote, type Task } from './task.ts'

/** A call of a task: by the command line, or by another task. */
export interface Call<Specs extends ArgSpecs, Result> {
  readonly session: Session
  /** Of the call. */
  readonly key: string
  readonly task: Task<Specs, Result>
  readonly args: ArgValues<Specs>
  readonly settings?: CallSettings<Specs>
  /** Opens a scope of the task's own: under a key, or the run's own scope. */
  scope(key: string | undefined): TaskContext<Specs>
  /** The key of the scope that its function has; undefined: the run's own. */
  readonly at: string | undefined
}

/** Calls a task: once where `tasks` runs, or on every host of its role. */
export function callTask<Specs extends ArgSpecs, Result>(call: Call<Specs, Result>): Promise<unknown> {
  const { session, key, task, args, settings = {}, scope, at } = call
  return isRemote(task) ? runOnHosts({ session, key, task, args, settings, scope }) : task.body(scope(at))
}
