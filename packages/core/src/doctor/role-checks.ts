import type { RoleSpec } from '../config/config.ts'
import { isViridianError } from '../error.ts'
import type { HostSpec } from '../remote/transport.ts'
import { isFound, Roles } from '../task/roles.ts'
import type { Check } from './check.ts'
import { openFilesFinding, openFilesLimit } from './open-files.ts'

const group = 'Roles'

/** What each role leads to; the hosts are told to `found`, for the checks behind. */
export function roleChecks(
  specs: Readonly<Record<string, RoleSpec>>,
  found: (hosts: readonly HostSpec[]) => void,
): readonly Check[] {
  const roles = new Roles(specs)
  const names = new Set<string>()
  const each = Object.entries(specs).map(
    ([role, spec]): Check => ({
      name: `role/${role}`,
      group,
      title: `role "${role}"`,
      run: async (c) => {
        if (isFound(spec)) await c.environment()
        const hosts = await roles.resolve(role, c).catch((error: unknown) => {
          // A fleet may be there by the time of the run.
          if (isViridianError(error) && error.code === 'E_ROLE_EMPTY' && isFound(spec)) return error
          throw error
        })
        if (isViridianError(hosts)) return { verdict: 'warning', says: hosts.message, hint: hosts.hint }
        found(hosts)
        for (const { name } of hosts) names.add(name)
        return { verdict: 'ok', says: `${role} ${hosts.length}` }
      },
    }),
  )
  const openFiles: Check = {
    name: 'roles/open-files',
    group,
    title: 'how many files may be open',
    run: async () => openFilesFinding(names.size, openFilesLimit()),
  }
  return each.length > 0 ? [...each, openFiles] : []
}
