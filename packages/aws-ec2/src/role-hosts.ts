import type { Instance } from '@viridian/aws'
import { type HostFinder, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { shownHostKeys } from './host-keys.ts'
import { findInstances } from './instances.ts'
import { hostOf, type Login } from './running.ts'

/** Which running instances are the hosts of a role: those of a group, those with tags, or those of a group that have tags. */
export interface HostQuery {
  /** The Auto Scaling group that they are members of, in service or not. */
  readonly group?: string
  /** The tags that they have, each with exactly this value: `{ Role: 'jobs' }`. */
  readonly tags?: Readonly<Record<string, string>>
  /**
   * Whether the SSH host keys that the consoles show are those to expect. It is not waited for any: of an instance whose console
   * shows none, as of all without this, known_hosts decides.
   *
   * @default false
   */
  readonly trustConsole?: boolean
}

const Query = z.strictObject({
  group: z.string().min(1).exactOptional(),
  tags: z.record(z.string().min(1), z.string()).exactOptional(),
  trustConsole: z.boolean().exactOptional(),
})

/** Auto Scaling's own, on every member of a group; nobody else can set it. */
const groupTag = 'aws:autoscaling:groupName'

/**
 * A function that finds a role's hosts: see `Ec2.hosts`.
 *
 * @throws ViridianError `E_HOSTS_QUERY` when it would find every instance of the account, or asks for what there is not
 */
export function roleHosts(query: HostQuery, login: Login): HostFinder {
  const { group, tags: own = {}, trustConsole = false } = checked(query)
  const tags = { ...own, ...(group !== undefined && { [groupTag]: group }) }
  const by = [
    ...(group === undefined ? [] : [`in group "${group}"`]),
    ...Object.entries(own).map(([key, value]) => `tagged ${key}=${value}`),
  ]
  const find = async (c: StepContext): Promise<Instance[]> => {
    const hosts = await runningWith(c, tags, login)
    if (!trustConsole) return hosts
    const keys = await shownHostKeys(
      c,
      hosts.map(({ id }) => id),
    )
    return hosts.map((host) => {
      const hostKeys = keys.get(host.id)
      return hostKeys ? { ...host, hostKeys } : host
    })
  }
  return Object.assign(find, {
    finds: `running instances ${by.join(' and ')} in this account and region`,
  })
}

/** In the order of their ids: EC2 promises none, and batches are to be the same each time. */
async function runningWith(
  c: StepContext,
  tags: Readonly<Record<string, string>>,
  login: Login,
): Promise<Instance[]> {
  const wanted = Object.entries(tags)
  const found = await findInstances(
    c,
    { Name: 'instance-state-name', Values: ['running'] },
    wanted.map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
  )
  return found
    .filter(({ State, Tags = [] }) => {
      // EC2 takes * and ? in a filter's value for any text.
      const own = new Map(Tags.map(({ Key, Value }) => [Key, Value]))
      return State.Name === 'running' && wanted.every(([key, value]) => own.get(key) === value)
    })
    .map((instance) => hostOf(instance, login))
    .filter((host) => typeof host === 'object')
    .sort((one, other) => (one.id < other.id ? -1 : 1))
}

function checked(given: HostQuery): z.infer<typeof Query> {
  const { data, error } = Query.safeParse(given)
  if (data && (data.group !== undefined || Object.keys(data.tags ?? {}).length > 0)) return data
  const [issue] = error?.issues ?? []
  const at = issue?.path.length ? `${issue.path.join('.')}: ` : ''
  const why = issue ? `${at}${issue.message}` : 'it names neither a group nor a tag'
  throw new ViridianError('E_HOSTS_QUERY', `the hosts of a role cannot be found by this: ${why}`, {
    hint: "write { group: 'web' }, or { tags: { Role: 'jobs' } }",
  })
}
