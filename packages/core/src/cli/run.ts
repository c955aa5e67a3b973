import { execute } from '../run/execute.ts'
import { FileLocks } from '../run/file-locks.ts'
import type { ExitCode } from '../run/outcome.ts'
import { newIdentity } from '../run/run-identity.ts'
import { type ArgSpecs, type ArgValues, ofArgs, parseArgs } from '../task/args.ts'
import type { Task } from '../task/task.ts'
import type { Globals } from './globals.ts'
import { choiceOf, type HostFlags } from './host-flags.ts'
import type { Project } from './project.ts'
import { withTypedSecrets } from './secret-flags.ts'
import { withSession } from './session.ts'

export interface RunRequest {
  readonly name: string
  readonly task: Task
  readonly flags: Readonly<Record<string, unknown>>
  readonly mode: 'run' | 'plan'
  readonly detach: boolean
  readonly hostFlags: HostFlags
}

/** `tasks run` and `tasks plan`: a task from its arguments to its exit code. */
export async function runTask(project: Project, globals: Globals, request: RunRequest): Promise<ExitCode> {
  const { config, sources } = project.loaded
  const { name, task, mode, detach, hostFlags } = request
  const stage = project.stage(globals.stage)
  const args = await argsOf(request, config.stages?.[stage]?.defaults ?? {})
  const identity = newIdentity(name, stage)
  const locks = new FileLocks(project.stateDirectory)
  const choice = await choiceOf(hostFlags, project, stage, name)
  const opened = { identity, planning: mode === 'plan', detach, choice }
  return withSession(project, globals, opened, async (session, ledger) => {
    return (await execute({ session, ledger, task, args, mode, locks, sources })).exitCode
  })
}

async function argsOf(
  { name, task, flags }: RunRequest,
  defaults: Readonly<Record<string, unknown>>,
): Promise<ArgValues<ArgSpecs>> {
  const given = { ...ofArgs(task.args, defaults), ...flags }
  return parseArgs(name, task.args, await withTypedSecrets(task.args, given))
}
