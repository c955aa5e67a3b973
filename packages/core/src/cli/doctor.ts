import { constants } from 'node:os'
import type { Command } from 'commander'
import { loading } from '../doctor/report.ts'
import { Mask } from '../events/mask.ts'
import { CheckReport } from '../output/check-report.ts'
import { colorsFor } from '../output/colors.ts'
import { exitNow } from '../process-failures.ts'
import { Ledger } from '../run/ledger.ts'
import { newIdentity } from '../run/run-identity.ts'
import { Session } from '../run/session.ts'
import { adHocChoice } from './ad-hoc.ts'
import { command } from './command.ts'
import { EndSignals } from './end-signals.ts'
import { type Globals, globalsOf } from './globals.ts'
import { type HostFlags, splitFlags, withHostFlags } from './host-flags.ts'
import type { Print } from './print.ts'
import type { Project } from './project.ts'
import { askFirst } from './screen.ts'

/** `tasks doctor`: what a run would stumble over. */
export function doctorCommand(project: Project, print: Print, exit: (code: number) => void): Command {
  return command('doctor', (own) => {
    own.option('--sudo', 'also see that sudo wants no password on the hosts')
    withHostFlags(own.optionsGroup('Hosts to log in to:'))
  })
    .description('look for what a run would stumble over; nothing is changed')
    .action(async (given: Record<string, unknown>, self: Command) => {
      const { hostFlags, flags } = splitFlags(given)
      exit(await lookAround(project, globalsOf(self), { hostFlags, sudo: flags.sudo === true }, print))
    })
}

interface Wanted {
  readonly hostFlags: HostFlags
  readonly sudo: boolean
}

async function lookAround(project: Project, globals: Globals, wanted: Wanted, print: Print): Promise<number> {
  const began = performance.now()
  // A task file that cannot be read is one of the things to tell.
  const here = project.config ? project : project.withConfig({ tasks: {} })
  const stage = project.config ? project.stage(globals.stage) : (globals.stage ?? 'default')
  // Without it nobody knows the hosts of a role: what is wrong with it is what there is to say.
  const isKnown = project.config !== undefined || wanted.hostFlags.role === undefined
  const hosts = isWanted(wanted) && isKnown ? { sudo: wanted.sudo } : undefined
  const choice = hosts && (await adHocChoice(wanted.hostFlags, here, stage, 'doctor'))
  const { stateDirectory } = project
  const report = globals.json ? undefined : reportFor(globals)
  const session = new Session({
    config: here.loaded.config,
    directory: project.directory,
    stateDirectory,
    identity: newIdentity('doctor', stage),
    planning: false,
    onlyLooks: true,
    ledger: new Ledger(undefined),
    mask: new Mask(),
    emit: () => undefined,
    confirm: async () => 'nobody',
    ask: async (question) => {
      report?.clear()
      // Who says yes to a new host key has it written to known_hosts: nothing is to be changed.
      return question.secret ? askFirst(question) : undefined
    },
    ...(choice && { choice }),
  })
  const signals = new EndSignals((signal) => {
    report?.clear()
    exitNow(128 + constants.signals[signal])
  })
  try {
    const { diagnose } = await import('../doctor/diagnose.ts')
    const told = await diagnose(
      { project, session, stateDirectory, hosts },
      {
        begin: (group) => report?.begin(group),
        tell: (group, lines) => {
          report?.tell(group, lines)
          if (!report) for (const line of lines) print(JSON.stringify(line))
        },
      },
    )
    report?.end(told, performance.now() - began)
    const problems = told.filter(({ verdict }) => verdict === 'problem')
    if (problems.some(({ check }) => check === loading)) return 2
    return problems.length > 0 ? 1 : 0
  } finally {
    report?.clear()
    signals.release()
    await session.close()
  }
}

function reportFor({ verbose, quiet, color }: Globals): CheckReport {
  const { stdout } = process
  const columns = stdout.isTTY ? stdout.columns : undefined
  const view = { columns, verbose, quiet, colors: colorsFor(stdout, color) }
  return new CheckReport(stdout, view, stdout.isTTY === true && process.env.TERM !== 'dumb')
}

const isWanted = ({ hostFlags, sudo }: Wanted): boolean =>
  sudo || Object.values(hostFlags).some((value) => value !== undefined)
