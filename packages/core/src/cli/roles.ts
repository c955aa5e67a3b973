import { reportOf } from '../error.ts'
import { Mask } from '../events/mask.ts'
import { columns } from '../output/columns.ts'
import { askNobody } from '../remote/terminal/prompt.ts'
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
      else if ('code' in hosts) print(`${role}: ${hosts.message}`)
      else
        for (const line of columns(
          hosts.map((host) => [`${role}:`, host.name, host.address ?? '', host.user ?? '']),
        ))
          print(line)
    }
    if (session.hosts.roles.length === 0 && !globals.json)
      print('no roles are configured; tasks may assign some during a run')
  } finally {
    await session.close()
  }
}
