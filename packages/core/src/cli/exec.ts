import { type Command, Option } from 'commander'
import { parseTimer } from '../duration.ts'
import { ViridianError } from '../error.ts'
import { quote, quoted } from '../remote/command/quote.ts'
import type { Host } from '../remote/host.ts'
import type { HostCount, OnFailure } from '../remote/hosts/fan-out.ts'
import { chosenRole } from '../task/roles.ts'
import { type FanOutSettings, type RemoteTask, remoteTask } from '../task/task.ts'
import { runAdHoc } from './ad-hoc.ts'
import { command } from './command.ts'
import { globalsOf } from './globals.ts'
import { splitFlags, withHostFlags } from './host-flags.ts'
import type { Project } from './project.ts'

/** What `tasks exec` is told besides its hosts. */
interface ExecFlags extends FanOutFlags {
  readonly sudo?: boolean
  readonly as?: string
  readonly cd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly pty?: boolean
}

/** How an ad hoc command spreads over its hosts, as the command line has it. */
export interface FanOutFlags {
  readonly concurrency?: number
  readonly batches?: readonly HostCount[]
  readonly maxFailures?: HostCount
  readonly onFailure?: OnFailure
  readonly timeout?: number
}

/** `tasks exec --role web uptime`: a command on many hosts. */
export function execCommand(project: Project, exit: (code: number) => void): Command {
  const built = command('exec', (own) => {
    own
      .option('--sudo', 'as root, by sudo')
      .option('--as <user>', 'as this user, by sudo')
      .option('--cd <directory>', 'in this directory of each host')
      .option('--env <name=value>', 'with this variable; may be repeated', variable)
      .option('--pty', 'on a terminal, which some programs and some sudo want')
    withFanOutFlags(own)
    withHostFlags(own.optionsGroup('Hosts:'))
  })
  return built
    .description('run a command on hosts: one word is a line of the shell, several are quoted')
    .usage('[flags] <command> | [flags] -- <word...>')
    .argument('[word...]')
    .action(async (words: readonly string[], given: Record<string, unknown>, self: Command) => {
      const { hostFlags, flags } = splitFlags(given)
      // As the options above have parsed them.
      const task = execTask(words, flags as ExecFlags)
      exit(await runAdHoc(project, globalsOf(self), { name: 'exec', task, hostFlags }))
    })
}

/** Adds the flags that say how many hosts at a time, and what if some fail. */
export function withFanOutFlags(own: Command): Command {
  return own
    .option('--concurrency <number>', 'hosts at a time (default: 50)', positive)
    .option('--batches <sizes>', 'groups of hosts one after another, the last size repeated: 1,5,20%', counts)
    .option('--max-failures <number>', 'hosts that may fail, or a share of them: 10% (default: 0)', count)
    .addOption(
      new Option('--on-failure <what>', 'once more have failed: end the others, let them finish, run all')
        .choices(['stop', 'finish', 'continue'])
        .default(undefined, 'finish'),
    )
    .option('--timeout <duration>', 'how long each host may take: 30s', (text) =>
      parseTimer(text, '--timeout'),
    )
}

/** The settings of a task that these flags come to. */
export const fanOutOf = (flags: FanOutFlags): FanOutSettings => ({
  ...(flags.concurrency !== undefined && { concurrency: flags.concurrency }),
  ...(flags.batches && { batches: flags.batches }),
  ...(flags.maxFailures !== undefined && { maxFailures: flags.maxFailures }),
  ...(flags.onFailure && { onFailure: flags.onFailure }),
  ...(flags.timeout !== undefined && { timeout: flags.timeout }),
})

function execTask(words: readonly string[], flags: ExecFlags): RemoteTask {
  const line = words.length === 1 ? words.join() : words.map(quote).join(' ')
  if (line.trim() === '') {
    throw new ViridianError('E_USAGE', 'tasks exec needs a command', {
      hint: "tasks exec --role web 'df -h | tail -1', or words behind two dashes: tasks exec --role web -- df -h",
    })
  }
  return remoteTask({ role: chosenRole, summary: line, ...fanOutOf(flags) }, async (host) => {
    await placed(host, flags).run({ pty: flags.pty ?? false })(quoted(line))
  })
}

function placed(host: Host, { sudo, as: user, cd, env }: ExecFlags): Host {
  const there = cd === undefined ? host : host.cd(cd)
  const equipped = env ? there.env(env) : there
  if (user !== undefined) return equipped.as(user)
  return sudo ? equipped.as('root') : equipped
}

function variable(text: string, before: Readonly<Record<string, string>> = {}) {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name !== undefined && value !== undefined) return { ...before, [name]: value }
  throw new ViridianError('E_USAGE', `--env: "${text}" is not NAME=VALUE`, {
    hint: "tasks exec --env 'GREETING=good day' …",
  })
}

function positive(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new ViridianError('E_USAGE', `"${text}" is no number of hosts`, { hint: 'give 1 or more' })
}

const counts = (text: string): HostCount[] => text.split(',').map(count)

function count(text: string): HostCount {
  const [, number, share] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? []
  if (number !== undefined) return share ? `${Number(number)}%` : Number(number)
  throw new ViridianError('E_HOST_COUNT', `"${text}" is no number of hosts`, {
    hint: 'write a number, or a share of all hosts such as 20%',
  })
}
