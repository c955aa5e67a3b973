import type { RoleSpec } from '../config/config.ts'
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
        const hosts = await roles.resolve(role)
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
