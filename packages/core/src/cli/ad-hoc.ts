import { ViridianError } from '../error.ts'
import type { ExitCode } from '../run/outcome.ts'
import { rolesOf, stageOf } from '../run/stage.ts'
import type { HostChoice } from '../task/host-choice.ts'
import { unknownRole } from '../task/roles.ts'
import type { RemoteTask } from '../task/task.ts'
import { runBuiltIn } from './built-in.ts'
import type { Globals } from './globals.ts'
import { choiceOf, type HostFlags } from './host-flags.ts'
import type { Project } from './project.ts'

export interface AdHocRun {
  /** The command's name: `exec`. */
  readonly name: string
  /** Runs on `chosenRole`, without arguments. */
  readonly task: RemoteTask
  readonly hostFlags: HostFlags
}

/** Runs a built-in task on the hosts that the command line chooses, as any other run; a task file is not needed. */
export async function runAdHoc(project: Project, globals: Globals, request: AdHocRun): Promise<ExitCode> {
  const { name, task, hostFlags } = request
  const here = project.orBare()
  const stage = here.stage(globals.stage)
  const choice = await adHocChoice(hostFlags, here, stage, name)
  return runBuiltIn(here, globals, { name, stage, task: () => task, choice })
}

/**
 * The hosts of a command that runs on no role of its own: some must be named.
 *
 * @throws ViridianError `E_USAGE`, `E_ROLE_UNKNOWN`, `E_RUN_NONE`
 */
export async function adHocChoice(
  flags: HostFlags,
  project: Project,
  stage: string,
  name: string,
): Promise<HostChoice> {
  refuseStrangers(flags.role ?? [], project, stage)
  if (flags.role || flags.hosts || flags.failed) return (await choiceOf(flags, project, stage)) ?? {}
  throw new ViridianError('E_USAGE', `tasks ${name} needs to know on which hosts`, {
    hint: 'name them: --role <names>, --hosts <names>, or --failed',
  })
}

/** No task can assign one here: what is not known before the run begins never will be. */
function refuseStrangers(roles: readonly string[], project: Project, stage: string): void {
  const { config } = project.loaded
  const known = Object.keys(rolesOf(config, stageOf(config, stage)))
  const stranger = roles.find((role) => !known.includes(role))
  if (stranger !== undefined)
    throw unknownRole(stranger, known, { hint: 'run "tasks roles" to see which there are' })
}
