import { collectArgs, collectTask } from '../gc/collect.ts'
import { execute } from '../run/execute.ts'
import { FileLocks } from '../run/file-locks.ts'
import type { ExitCode } from '../run/outcome.ts'
import { newIdentity } from '../run/run-identity.ts'
import type { Session } from '../run/session.ts'
import type { ArgSpecs, ArgValues } from '../task/args.ts'
import type { HostChoice } from '../task/host-choice.ts'
import type { Task } from '../task/task.ts'
import type { Globals } from './globals.ts'
import type { Project } from './project.ts'
import { withSession } from './session.ts'

/** A task that stands in no task file, and that its arguments alone say: it can be resumed. */
export interface BuiltIn {
  readonly args: ArgSpecs
  task(session: Session, stateDirectory: string): Task
}

/** By the names of their commands. */
export const builtIns: ReadonlyMap<string, BuiltIn> = new Map([
  ['gc', { args: collectArgs, task: collectTask }],
])

export interface BuiltInRun {
  /** The command's name: `exec`, `gc`. */
  readonly name: string
  readonly stage: string
  readonly task: (session: Session) => Task
  /** @default none */
  readonly args?: ArgValues<ArgSpecs>
  readonly choice?: HostChoice
}

/** Runs a task that stands in no task file, as any other run. */
export function runBuiltIn(
  project: Project,
  globals: Globals,
  { name, stage, task, args = {}, choice }: BuiltInRun,
): Promise<ExitCode> {
  const locks = new FileLocks(project.stateDirectory)
  const identity = newIdentity(name, stage)
  return withSession(project, globals, { identity, choice }, async (session, ledger) => {
    const own = { session, ledger, task: task(session), args, locks, sources: {} }
    return (await execute({ ...own, mode: 'run', adHoc: true })).exitCode
  })
}
