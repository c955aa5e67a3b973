import type { Session } from '../run/session.ts'
import type { ArgSpecs, ArgValues } from './args.ts'
import type { TaskContext } from './context.ts'
import { runOnHosts } from './on-hosts.ts'
import { type CallSettings, isRemote, type Task } from './task.ts'
import { unlessStopped } from './unless-stopped.ts'

/** A call of a task: by the command line, or by another task. */
export interface Call<Specs extends ArgSpecs, Result> {
  readonly session: Session
  /** Of the call. */
  readonly key: string
  readonly task: Task<Specs, Result>
  readonly args: ArgValues<Specs>
  readonly settings?: CallSettings<Specs>
  /** Opens a scope of the task's own: under a key, or the run's own scope. */
  scope(session: Session, key: string | undefined): TaskContext<Specs>
  /** The key of the scope that its function has; undefined: the run's own. */
  readonly at: string | undefined
}

/** Calls a task, with its hooks: once where `tasks` runs, or on every host of its role. */
export async function callTask<Specs extends ArgSpecs, Result>(call: Call<Specs, Result>): Promise<unknown> {
  const { session, key, task, args, settings = {}, scope, at } = call
  const name = session.nameOf(task)
  const { before, after, onFailure } = task.hooks ?? {}
  const opened = onFailure && {
    name,
    key,
    onFailure: (aside: Session, under: string, error: unknown) => onFailure(scope(aside, under), error),
  }
  if (opened && !session.engine.planning) session.begin(opened)
  await hook(call, 'before', before)
  const value = await (isRemote(task)
    ? runOnHosts({ session, key, task, args, settings, scope: (under) => scope(session, under) })
    : unlessStopped(session.engine.signal, task.body(scope(session, at))))
  await hook(call, 'after', after)
  if (opened) session.done(opened)
  return value
}

async function hook<Specs extends ArgSpecs, Result>(
  { session, key, task, scope, at }: Call<Specs, Result>,
  step: 'before' | 'after',
  body: ((t: TaskContext<Specs>) => Promise<unknown>) | undefined,
): Promise<void> {
  if (body === undefined) return
  const under = `${key}/${step}`
  const group = {
    key: under,
    parent: at,
    step,
    type: 'move',
    title: `${step} ${session.nameOf(task)}`,
  } as const
  await session.engine.group(group, () => unlessStopped(session.engine.signal, body(scope(session, under))))
}
