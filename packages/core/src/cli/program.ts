import type { Command } from 'commander'
import { reportOf, ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'
import { colorsFor } from '../output/colors.ts'
import { errorLines } from '../output/error-lines.ts'
import type { ActionOptions, PluginCommand } from '../plugin.ts'
import { secretsAmong } from '../run/secret-args.ts'
import { type ArgSpecs, ofArgs, revisableAmong } from '../task/args.ts'
import type { Task } from '../task/task.ts'
import { tasksOf } from '../task/tree.ts'
import { command } from './command.ts'
import { completionCommand } from './completion.ts'
import { doctorCommand } from './doctor.ts'
import { EndSignals } from './end-signals.ts'
import { execCommand } from './exec.ts'
import { gcCommand } from './gc.ts'
import { globalsOf } from './globals.ts'
import { initCommand } from './init.ts'
import { leaveRun } from './leave.ts'
import { listTasks } from './list.ts'
import type { Print } from './print.ts'
import type { Project } from './project.ts'
import { putCommand } from './put.ts'
import { reportCommand } from './report.ts'
import { resumeRun } from './resume.ts'
import { listRoles } from './roles.ts'
import { rollBackRun } from './rollback.ts'
import { listRuns } from './runs.ts'
import { openSsh } from './ssh.ts'
import { taskCommand, withArgFlags } from './task-command.ts'

export interface Invocation {
  readonly project: Project
  /** The stage that was asked for. */
  readonly stage: string | undefined
  readonly print: Print
  /** Receives the exit code of the command that ran. */
  exit(code: number): void
}

/** The `tasks` command, with a sub-command for every task and for what plugins bring. */
export function buildProgram(invocation: Invocation): Command {
  const { project, stage, print, exit } = invocation
  const program = command('tasks').description('Run tasks on fleets, and deploy them without downtime')
  // Its own flags stand before a sub-command: behind that, --version is a task's.
  program.enablePositionalOptions().version('0.1.0', '--version')
  for (const mode of ['run', 'plan'] as const) {
    const summary = mode === 'run' ? 'run a task' : 'say what a task would do; nothing is changed'
    const parent = command(mode).description(summary).usage('<task> [flags]').commandsGroup('Tasks:')
    for (const [name, task] of tasksIn(project))
      parent.addCommand(taskCommand({ project, mode, name, task, exit }))
    refuseOthers(parent, 'task', (name) => refuseTask(project, mode, name))
    parent.addHelpText('after', () => missingIn(project, 'tasks'))
    program.addCommand(parent)
  }
  program.addCommand(execCommand(project, exit))
  program.addCommand(putCommand(project, exit))
  program.addCommand(
    command('list')
      .description('the tasks of this project')
      .action((_, self: Command) => listTasks(project, globalsOf(self), print)),
  )
  program.addCommand(
    command('roles')
      .description('what each role resolves to')
      .action(async (_, self: Command) => exit(await listRoles(project, globalsOf(self), print))),
  )
  program.addCommand(
    command('runs')
      .description('the runs on record')
      .action((_, self: Command) => listRuns(project.stateDirectory, globalsOf(self).json, print)),
  )
  program.addCommand(reportCommand(project.stateDirectory, print))
  program.addCommand(
    command('resume', (own) => withArgFlags(own, resumeArgs(project), project))
      .description('go on with a run that crashed, that failed after its commit, or that was detached')
      .argument('<run>')
      .action(async (run: string, given: Record<string, unknown>, self: Command) =>
        exit(await resumeRun(project, globalsOf(self), run, ofArgs(resumeArgs(project), given))),
      ),
  )
  program.addCommand(
    command('rollback', (own) => own.option('--keep-green', 'leave what the run has made, for inspection'))
      .description('take back what a crashed or failed run has made, or one that keeps its way back open')
      .argument('[run]', 'its id; left out: the newest run that left something')
      .action(async (run: string | undefined, { keepGreen }: { keepGreen?: boolean }, self: Command) =>
        exit(await rollBackRun(project, globalsOf(self), { run, keepGreen: keepGreen === true })),
      ),
  )
  program.addCommand(
    command('leave')
      .description('end a run with what is left of it: nothing more of it is done, or taken back')
      .argument('<run>')
      .action(async (run: string, _, self: Command) => exit(await leaveRun(project, globalsOf(self), run))),
  )
  program.addCommand(gcCommand(project, exit))
  program.addCommand(initCommand(print))
  program.addCommand(doctorCommand(project, print, exit))
  program.addCommand(completionCommand(print))
  program.addCommand(
    command('ssh', (own) => own.option('--first', 'the first host of a role that has several'))
      .description('open a shell on a host, or run a command there on a terminal')
      .usage('<host|role|user@host:port> [flags] [-- command]')
      .argument('<target>', 'a host of a role, a role, or user@host:port')
      .argument(
        '[command...]',
        'one word is a line of the shell, several are quoted; left out: the login shell',
      )
      .action(async (target: string, words: string[], { first }: { first?: boolean }, self: Command) =>
        exit(await openSsh(project, globalsOf(self), { target, command: words, first: first === true })),
      ),
  )
  for (const contributed of commandsOf(project, stage))
    program.addCommand(pluginCommand(invocation, contributed))
  return program.addHelpText('after', () => missingIn(project, 'commands of plugins'))
}

/** What a help leaves out without the task file, and why. */
function missingIn({ problem }: Project, what: string): string {
  if (problem === undefined) return ''
  const why = errorLines(reportOf(problem), colorsFor(process.stdout, false))
  return ['', `There may be ${what} that are not shown: the task file cannot be loaded.`, ...why].join('\n')
}

/** What no journal holds may be given once more, and what is revisable anew. */
const resumeArgs = (project: Project): ArgSpecs =>
  Object.fromEntries(
    [...tasksIn(project).values()].flatMap(({ args }) => [...secretsAmong(args), ...revisableAmong(args)]),
  )

/** The project's tasks by name; none without a task file. */
export const tasksIn = (project: Project): Map<string, Task> =>
  project.config ? tasksOf(project.config.tasks) : new Map()

/** A name that is no sub-command's is refused as such, and not for the flags of what it was to be; nor is there help on it. */
function refuseOthers(
  parent: Command,
  argument: 'task' | 'action',
  refuse: (name: string | undefined) => never,
): void {
  parent.allowUnknownOption().allowExcessArguments().argument(`[${argument}]`)
  parent.addHelpText('before', () => {
    const [first] = parent.args
    return first === undefined || isFlag(first) ? '' : refuse(first)
  })
  parent.action(refuse)
}

function strayFlag(command: string, argument: string, flag: string): ViridianError {
  const behind = `tasks ${command} <${argument}> ${flag}`
  return new ViridianError('E_USAGE', `unknown option '${flag}'`, {
    hint: `run "tasks ${command} --help" to see what it takes; other flags stand behind a name: ${behind}`,
  })
}

const isFlag = (word: string): boolean => word.startsWith('-')

function refuseTask(project: Project, mode: string, name: string | undefined): never {
  const names = [...tasksOf(project.loaded.config.tasks).keys()]
  if (name === undefined) {
    throw new ViridianError('E_USAGE', `tasks ${mode} needs the name of a task`, {
      hint: 'run "tasks list" to see them',
    })
  }
  if (isFlag(name)) throw strayFlag(mode, 'task', name)
  throw new ViridianError('E_TASK_UNKNOWN', `there is no task "${name}"`, {
    hint: suggestion(name, names) ?? 'run "tasks list" to see them',
  })
}

/** What plugins bring, those of the asked or default stage first: of two that share a name the first one counts. */
function commandsOf({ config }: Project, asked: string | undefined): PluginCommand[] {
  const { stages = {}, defaultStage } = config ?? {}
  const here = stages[asked ?? defaultStage ?? '']?.plugins ?? []
  const elsewhere = Object.values(stages).flatMap(({ plugins = [] }) => plugins)
  const plugins = [...(config?.plugins ?? []), ...here, ...elsewhere]
  const byName = new Map<string, PluginCommand>()
  for (const each of plugins.flatMap(({ commands = [] }) => commands))
    if (!byName.has(each.name)) byName.set(each.name, each)
  return [...byName.values()]
}

function pluginCommand({ project, print, exit }: Invocation, contributed: PluginCommand): Command {
  const parent = command(contributed.name).description(contributed.summary).usage('<action> [flags]')
  refuseOthers(parent, 'action', (name) => refuseAction(contributed, name))
  for (const action of contributed.actions) {
    const built = command(action.name, (own) => {
      for (const { flags, summary } of action.options ?? []) own.option(flags, summary)
    }).description(action.summary)
    built.action(async (options: ActionOptions, self: Command) => {
      const interrupted = new AbortController()
      const signals = new EndSignals(() => interrupted.abort())
      const { json } = globalsOf(self)
      const { stateDirectory } = project
      try {
        exit(await action.run({ stateDirectory, options, json, signal: interrupted.signal, print }))
      } finally {
        signals.release()
      }
    })
    parent.addCommand(built)
  }
  return parent
}

function refuseAction({ name: command, actions }: PluginCommand, name: string | undefined): never {
  if (name !== undefined && isFlag(name)) throw strayFlag(command, 'action', name)
  const names = actions.map((action) => action.name)
  const what = name === undefined ? 'needs an action' : `has no action "${name}"`
  throw new ViridianError('E_USAGE', `tasks ${command} ${what}`, {
    hint: (name !== undefined && suggestion(name, names)) || `there are ${names.join(', ')}`,
  })
}
