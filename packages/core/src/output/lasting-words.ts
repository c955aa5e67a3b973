import type { Lasting } from '../events/lasting.ts'
import { hostNames } from '../remote/hosts/host-names.ts'

/** Commands are not undone: what they did is gone only with the hosts that the run has made. */
export function commandsWhere({ here, hosts }: Lasting): string {
  const places = [...(here ? ['here'] : []), ...(hosts.length > 0 ? [`on ${hostNames(hosts)}`] : [])]
  return `what commands did ${places.join(' and ')}`
}
