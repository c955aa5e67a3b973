import { reportOf, ViridianError } from '../error.ts'
import { Mask } from '../events/mask.ts'
import { columns } from '../output/columns.ts'
import { contained } from '../output/contained.ts'
import { orFailure } from '../process-failures.ts'
import { askNobody } from '../remote/terminal/prompt.ts'
import type { HostSpec } from '../remote/transport.ts'
import { Ledger } from '../run/ledger.ts'
import type { ExitCode } from '../run/outcome.ts'
import { newIdentity } from '../run/run-identity.ts'
import { Session } from '../run/session.ts'
import { isFound, Roles } from '../task/roles.ts'
import type { Globals } from './globals.ts'
import type { Print } from './print.ts'
import type { Project } from './project.ts'
import { tellError } from './tell-error.ts'

/** `tasks roles`: what each role resolves to now. It opens no stage; 1 when a role does not resolve. */
export async function listRoles(project: Project, globals: Globals, print: Print): Promise<ExitCode> {
  const { config, directory } = project.loaded
  const session = new Session({
    config,
    directory,
    stateDirectory: project.stateDirectory,
    identity: newIdentity('roles', project.stage(globals.stage)),
    planning: true,
    onlyLooks: true,
    ledger: new Ledger(undefined),
    mask: new Mask(),
    emit: () => undefined,
    confirm: async () => 'nobody',
    ask: askNobody,
  })
  const told = globals.json ? asJson(print) : asLines(print, globals)
  let exitCode: ExitCode = 0
  try {
    for (const role of Object.keys(session.roleSpecs)) {
      const what = `the function of role "${role}"`
      try {
        told.hosts(role, await orFailure(what, () => hostsOf(role, session)))
      } catch (error) {
        told.failure(role, error)
        exitCode = 1
      }
    }
    if (Object.keys(session.roleSpecs).length === 0) told.none()
    return exitCode
  } finally {
    await session.close()
  }
}

async function hostsOf(role: string, session: Session): Promise<readonly HostSpec[]> {
  const { roleSpecs } = session
  const spec = roleSpecs[role]
  if (spec && isFound(spec)) await onOpenStage(role, session)
  const c = session.contextFor({ key: `/roles/${role}` }, session.engine.signal)
  return new Roles(roleSpecs).resolve(role, c)
}

/** Elsewhere its function might ask an account that is not the stage's. */
async function onOpenStage(role: string, session: Session): Promise<void> {
  try {
    await session.openStage()
  } catch (cause) {
    const { code, message, hint } = reportOf(cause)
    throw new ViridianError(code, `the function of role "${role}" is not called: ${message}`, {
      cause: cause instanceof Error ? cause.cause : undefined,
      ...(hint !== undefined && { hint }),
    })
  }
}

interface Told {
  hosts(role: string, hosts: readonly HostSpec[]): void
  failure(role: string, error: unknown): void
  none(): void
}

const asJson = (print: Print): Told => ({
  hosts: (role, hosts) => print(JSON.stringify({ kind: 'role', role, hosts })),
  failure: (role, error) => print(JSON.stringify({ kind: 'role', role, error: reportOf(error) })),
  none: () => undefined,
})

/** Hosts on stdout, where scripts take them from. */
const asLines = (print: Print, { color }: Globals): Told => ({
  hosts: (role, hosts) => {
    const rows = contained(hosts).map(({ name, address = '', user = '' }) => [
      `${role}:`,
      name,
      address,
      user,
    ])
    for (const line of columns(rows)) print(line)
  },
  failure: (_, error) => tellError(reportOf(error), color),
  none: () => print('no roles are configured; tasks may assign some during a run'),
})
