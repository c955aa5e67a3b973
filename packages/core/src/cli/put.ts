import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ViridianError } from '../error.ts'
import type { PutOptions } from '../remote/files/options.ts'
import { chosenRole } from '../task/roles.ts'
import { type RemoteTask, remoteTask } from '../task/task.ts'
import { runAdHoc } from './ad-hoc.ts'
import { command } from './command.ts'
import { type FanOutFlags, fanOutOf, withFanOutFlags } from './exec.ts'
import { globalsOf } from './globals.ts'
import { splitFlags, withHostFlags } from './host-flags.ts'
import type { Project } from './project.ts'

/** What `tasks put` is told besides its hosts. */
interface PutFlags extends FanOutFlags {
  readonly sudo?: boolean
  readonly as?: string
  readonly mode?: number
  readonly owner?: string
  readonly exclude?: readonly string[]
  /** False by `--no-delete`. */
  readonly delete?: boolean
  readonly followLinks?: boolean
  readonly compress?: boolean
}

/** `tasks put dist /srv/web --role web`: a file or directory on many hosts. */
export function putCommand(project: Project, exit: (code: number) => void): Command {
  const built = command('put', (own) => {
    own
      .option('--sudo', 'as root, by sudo')
      .option('--as <user>', 'as this user, by sudo')
      .option('--mode <bits>', "the file's permissions: 640 (default: those of the local file)", octal)
      .option('--owner <user>', 'who it belongs to: user or user:group')
      .option('--exclude <globs>', 'what of a directory stays out: *.log,build/cache', globs)
      .option('--no-delete', 'leaves in the remote directory what the local one does not have')
      .option('--follow-links', 'sends what links point to')
      .option('--compress', "sends a directory gzip'd, for slow lines")
    withFanOutFlags(own)
    withHostFlags(own.optionsGroup('Hosts:'))
  })
  return built
    .description('put a file or directory on hosts, as a whole, and only what they do not have')
    .usage('[flags] <local> <remote>')
    .argument('<local>', 'from the directory that tasks runs in', path('<local>'))
    .argument('<remote>', 'from home; one that ends in / gets the local name behind it', path('<remote>'))
    .action(async (local: string, remote: string, given: Record<string, unknown>, self: Command) => {
      const { hostFlags, flags } = splitFlags(given)
      // As the options above have parsed them.
      const task = putTask(local, remote, flags as PutFlags)
      exit(await runAdHoc(project, globalsOf(self), { name: 'put', task, hostFlags }))
    })
}

function putTask(local: string, remote: string, flags: PutFlags): RemoteTask {
  // From where the command is given, as shells complete it; tasks take theirs from the task file.
  const source = resolve(local)
  const user = flags.as ?? (flags.sudo ? 'root' : undefined)
  const options: PutOptions = {
    ...(flags.mode !== undefined && { mode: flags.mode }),
    ...(flags.owner !== undefined && { owner: flags.owner }),
    ...(flags.exclude && { exclude: flags.exclude }),
    ...(flags.delete === false && { delete: false }),
    ...(flags.followLinks && { followLinks: true }),
    ...(flags.compress && { compress: true }),
  }
  const summary = `put ${local} ${remote}`
  return remoteTask({ role: chosenRole, summary, ...fanOutOf(flags) }, (host) =>
    (user === undefined ? host : host.as(user)).put(source, remote, options),
  )
}

const path =
  (name: string) =>
  (text: string): string => {
    if (text !== '') return text
    throw new ViridianError('E_USAGE', `${name} is empty`, {
      hint: 'is the variable set that it comes from? The directory itself is .',
    })
  }

function octal(text: string): number {
  if (/^[0-7]{3,4}$/.test(text)) return Number.parseInt(text, 8)
  throw new ViridianError('E_USAGE', `--mode: "${text}" is no permission`, {
    hint: 'write it as chmod has it in digits: 640',
  })
}

const globs = (text: string, before: readonly string[] = []): string[] => [...before, ...text.split(',')]
