import type { Command } from 'commander'
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
    own.option(flagsOf(arg, details), helpOf(arg, details, project))
  }
  return own
}

const values = {
  boolean: '',
  'string[]': ' <text...>',
  string: ' <text>',
  number: ' <number>',
  duration: ' <duration>',
}

/** A switch that is on by default can only be switched off. */
const flagsOf = (arg: string, { type, default: value }: ArgDetails): string =>
  type === 'boolean' && value === true ? `--no-${flagOf(arg)}` : `--${flagOf(arg)}${values[type]}`

function helpOf(arg: string, details: ArgDetails, project: Project): string {
  const { description = '', choices = [], default: value, optional, type } = details
  const given = Object.entries(project.config?.stages ?? {}).flatMap(([stage, { defaults = {} }]) =>
    arg in defaults ? [`${defaults[arg]} on ${stage}`] : [],
  )
  const fallbacks = [...given, ...(isSaid(value) ? [String(value)] : [])].join(', ')
  const mustBeGiven = value === undefined && !optional && type !== 'boolean' && given.length === 0
  return [
    description,
    choices.length > 0 && `(one of ${choices.join(', ')})`,
    mustBeGiven && '(required)',
    fallbacks !== '' && `(default: ${fallbacks})`,
  ]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(' ')
}

const isSaid = (value: ArgDetails['default']): boolean =>
  value !== undefined && typeof value !== 'boolean' && String(value) !== ''
