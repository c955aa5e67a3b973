import { type ErrorReport, reportOf } from '../error.ts'
import { Mask } from '../events/mask.ts'
import { columns } from '../output/columns.ts'
import { contained } from '../output/contained.ts'
import { askNobody } from '../remote/terminal/prompt.ts'
import type { HostSpec } from '../remote/transport.ts'
import { Ledger } from '../run/ledger.ts'
import { newIdentity } from '../run/run-identity.ts'
import { Session } from '../run/session.ts'
import type { Globals } from './globals.ts'
import type { Print } from './print.ts'
import { orFailure } from './process-failures.ts'
import type { Project } from './project.ts'

/** `tasks roles`: what each role resolves to now. */
export async function listRoles(project: Project, globals: Globals, print: Print): Promise<void> {
  const { config, directory } = project.loaded
  const session = new Session({
    config,
    directory,
    stateDirectory: project.stateDirectory,
    identity: newIdentity('roles', project.stage(globals.stage)),
    planning: true,
    ledger: new Ledger(undefined),
    mask: new Mask(),
    emit: () => undefined,
    confirm: async () => 'nobody',
    ask: askNobody,
  })
  try {
    for (const role of session.hosts.roles) {
      const hosts = await orFailure(`the function of role "${role}"`, () => session.hosts.of(role)).catch(
        (error: unknown) => reportOf(error),
      )
      if (globals.json)
        print(JSON.stringify({ kind: 'role', role, ...('code' in hosts ? { error: hosts } : { hosts }) }))
      else for (const line of linesOf(role, contained(hosts))) print(line)
    }
    if (session.hosts.roles.length === 0 && !globals.json)
      print('no roles are configured; tasks may assign some during a run')
  } finally {
    await session.close()
  }
}

const linesOf = (role: string, hosts: readonly HostSpec[] | ErrorReport): readonly string[] =>
  'code' in hosts
    ? [`${role}: ${hosts.message}`]
    : columns(hosts.map(({ name, address = '', user = '' }) => [`${role}:`, name, address, user]))
