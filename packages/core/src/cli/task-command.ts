import { type Command, Option } from 'commander'
import { type ArgDetails, type ArgSpecs, detailsOf, flagOf } from '../task/args.ts'
import type { Task } from '../task/task.ts'
import { command } from './command.ts'
import { globalsOf } from './globals.ts'
import { splitFlags, withHostFlags } from './host-flags.ts'
import type { Project } from './project.ts'
import { runTask } from './run.ts'

export interface TaskInvocation {
  readonly project: Project
  readonly mode: 'run' | 'plan'
  readonly name: string
  readonly task: Task
  exit(code: number): void
}

/** `tasks run NAME` or `tasks plan NAME`: its flags are the task's arguments. */
export function taskCommand({ project, mode, name, task, exit }: TaskInvocation): Command {
  const built = command(name, (own) => {
    withArgFlags(own, task.args, project)
    if (mode === 'run')
      own.option('--detach', 'end where the way back is kept open; "tasks resume" finishes the run')
    withHostFlags(own.optionsGroup('Hosts:'), 'its last run')
  })
  if (task.summary !== undefined) built.description(task.summary)
  return built.usage('[flags]').action(async (given: Record<string, unknown>, self: Command) => {
    const { detach, ...others } = given
    const request = { name, task, mode, detach: detach === true, ...splitFlags(others) }
    exit(await runTask(project, globalsOf(self), request))
  })
}

/** Adds the flags that set a task's arguments. */
export function withArgFlags(own: Command, specs: ArgSpecs, project: Project): Command {
  for (const [arg, spec] of Object.entries(specs)) {
    const details = detailsOf(spec)
    if (details.type === 'boolean') withSwitch(own, arg, details, project)
    else own.addOption(optionOf(`--${flagOf(arg)}${values[details.type]}`, arg, details, project))
  }
  return own
}

const values = {
  'string[]': ' <text...>',
  string: ' <text>',
  number: ' <number>',
  duration: ' <duration>',
}

/** What a switch is without its flag, on any stage. */
function switchesOf(arg: string, { default: value = false }: ArgDetails, { config }: Project): Set<unknown> {
  const stages = Object.values(config?.stages ?? {})
  return new Set(stages.map(({ defaults = {} }) => defaults[arg] ?? value).concat(value))
}

/** Both ways are understood; help shows the one that is of use. */
function withSwitch(own: Command, arg: string, details: ArgDetails, project: Project): void {
  const without = switchesOf(arg, details, project)
  own.addOption(optionOf(`--${flagOf(arg)}`, arg, details, project).hideHelp(!without.has(false)))
  own.addOption(optionOf(`--no-${flagOf(arg)}`, arg, details, project).hideHelp(!without.has(true)))
}

/** What it says is for help and completion alone: values are checked where all of them are known. */
function optionOf(flags: string, arg: string, details: ArgDetails, project: Project): Option {
  const { description = '', choices, default: value, optional, secret, type } = details
  const given = Object.entries(project.config?.stages ?? {}).flatMap(([stage, { defaults = {} }]) =>
    arg in defaults ? [`${secret ? 'set' : defaults[arg]} on ${stage}`] : [],
  )
  const mustBeGiven = value === undefined && !optional && type !== 'boolean' && given.length === 0
  const option = new Option(flags, [description, mustBeGiven ? '(required)' : ''].filter(Boolean).join(' '))
  if (choices && choices.length > 0) option.argChoices = [...choices]
  const fallbacks = [...given, ...(isSaid(value) ? [secret ? 'set' : String(value)] : [])]
  if (fallbacks.length > 0) option.defaultValueDescription = fallbacks.join(', ')
  return option
}

const isSaid = (value: ArgDetails['default']): boolean =>
  value !== undefined && typeof value !== 'boolean' && String(value) !== ''
