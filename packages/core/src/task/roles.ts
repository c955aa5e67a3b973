import { awaited } from '../awaited.ts'
import type { HostFinder, HostList, RoleSpec } from '../config/config.ts'
import { isViridianError, reportOf, ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { StepContext } from '../step/definition.ts'
import { asHost, hostsFrom, isAddress } from './host-address.ts'
import { choiceText, chosenOf, type HostChoice, strangersOf } from './host-choice.ts'
import { isPattern } from './host-pattern.ts'

/** The role of what runs on no role of its own: all hosts that the command line has chosen. */
export const chosenRole = '*'

/** Which hosts stand under which role, as configured and as assigned during a run, and which of them are chosen. */
export class Roles {
  readonly #configured: ReadonlyMap<string, RoleSpec>
  readonly #assigned = new Map<string, readonly HostSpec[]>()
  readonly #choice: HostChoice | undefined

  constructor(configured: Readonly<Record<string, RoleSpec>>, choice?: HostChoice) {
    this.#configured = new Map(Object.entries(configured))
    this.#choice = choice
  }

  get names(): readonly string[] {
    return [...new Set([...this.#configured.keys(), ...this.#assigned.keys()])]
  }

  /** What a run has assigned stays whole: a deployment must not be halved by what was meant for other hosts. */
  assign(role: string, hosts: readonly HostSpec[]): void {
    this.#assigned.set(role, hostsFrom(hosts, `role "${role}"`))
  }

  /** Whether the run has filled a role itself: no command line chooses among its hosts. */
  isAssigned(role: string): boolean {
    return this.#assigned.has(role)
  }

  /**
   * The chosen hosts of a role; none when those chosen all stand in others.
   *
   * @param c - for the functions that find hosts
   * @throws ViridianError `E_ROLE_UNKNOWN`, `E_ROLE_EMPTY`, `E_HOST_UNKNOWN`, `E_HOSTS_NONE`
   */
  async resolve(role: string, c: StepContext): Promise<readonly HostSpec[]> {
    if (role === chosenRole) return this.#chosen(this.#choice ?? {}, c)
    const hosts = await this.#members(role, c)
    if (this.#choice === undefined || this.#assigned.has(role)) return hosts
    return this.#narrow(role, hosts, this.#choice, c)
  }

  /**
   * Hosts as a call of a task lists them: a name is that of a host of any role, as on the command line, or an address.
   *
   * @param what - who lists them: `the call of restart`
   */
  async listed(
    list: readonly (string | HostSpec)[],
    what: string,
    c: StepContext,
  ): Promise<readonly HostSpec[]> {
    // What no compiler has seen may be no list.
    if (!Array.isArray(list)) return hostsFrom(list, what)
    const names = new Set(list.filter(isName))
    const known = names.size > 0 ? await this.#named([...names], c) : []
    const hosts = list.flatMap((each) => (isName(each) ? chosenOf(known, { hosts: [each] }) : [each]))
    return hostsFrom(hosts, what)
  }

  /** Of all roles together. Without a role, a name may be that of any host, and an address stands for itself. */
  async #chosen(choice: HostChoice, c: StepContext): Promise<readonly HostSpec[]> {
    const { roles, failed, hosts = [], ...others } = choice
    const isNamed = roles === undefined && failed === undefined
    const among = isNamed ? await this.#named(hosts, c) : roles ? await this.#union(roles, c) : (failed ?? [])
    const rest = isNamed ? others : { ...others, hosts: choice.hosts, failed }
    refuseStrangers(strangersOf(rest, among), among)
    const chosen = chosenOf(among, rest)
    if (chosen.length > 0) return chosen
    const [role, ...more] = roles ?? []
    if (role !== undefined && more.length === 0 && among.length === 0) throw this.#empty(role)
    throw nobody(`no host is chosen by ${choiceText(choice)}`)
  }

  async #narrow(
    role: string,
    hosts: readonly HostSpec[],
    choice: HostChoice,
    c: StepContext,
  ): Promise<readonly HostSpec[]> {
    const { roles } = choice
    const members = roles && new Set((await this.#union(roles, c)).map(({ name }) => name))
    const chosen = chosenOf(hosts, choice, members)
    const strangers = strangersOf(choice, hosts)
    if (chosen.length > 0 && strangers.length === 0) return chosen
    const { all, complete } = await this.#everybody(c)
    // A role that cannot be resolved here may hold them: only a role that is asked for has to be.
    if (complete) refuseStrangers(strangersOf(choice, all), all)
    if (chosen.length > 0 || chosenOf(all, choice, members).length > 0) return chosen
    throw nobody(`no host of role "${role}" is chosen by ${choiceText(choice)}`)
  }

  /** What each name stands for: hosts of roles, or a host at that address. */
  async #named(names: readonly string[], c: StepContext): Promise<readonly HostSpec[]> {
    const addresses = names.filter(isAddress)
    const others = names.filter((name) => !isAddress(name))
    const isList = (role: string): boolean => {
      const spec = this.#configured.get(role)
      return spec === undefined || !isFound(spec)
    }
    const listed = await this.#union(this.names.filter(isList), c)
    // Functions may ask an account, which an address does not need.
    const needsAll = others.some(isPattern) || strangersOf({ hosts: others }, listed).length > 0
    const known = needsAll
      ? unique([
          ...listed,
          ...(await this.#union(
            this.names.filter((name) => !isList(name)),
            c,
          )),
        ])
      : listed
    const strangers = strangersOf({ hosts: others }, known)
    refuseStrangers(strangers.filter(isPattern), known)
    const members = others.length > 0 ? chosenOf(known, { hosts: others }) : []
    return unique([...members, ...[...strangers, ...addresses].map(asHost)])
  }

  async #union(roles: readonly string[], c: StepContext): Promise<readonly HostSpec[]> {
    return unique((await Promise.all(roles.map((role) => this.#find(role, c)))).flat())
  }

  /** The hosts of all roles that can be resolved. */
  async #everybody(c: StepContext): Promise<{ all: readonly HostSpec[]; complete: boolean }> {
    const found = await Promise.allSettled(this.names.map((role) => this.#find(role, c)))
    const all = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    return { all: unique(all), complete: found.every(({ status }) => status === 'fulfilled') }
  }

  async #members(role: string, c: StepContext): Promise<readonly HostSpec[]> {
    const hosts = await this.#find(role, c)
    if (hosts.length > 0) return hosts
    throw this.#empty(role)
  }

  #empty(role: string): ViridianError {
    return new ViridianError('E_ROLE_EMPTY', `role "${role}" matched no hosts`, {
      hint: this.#whyEmpty(role),
    })
  }

  #whyEmpty(role: string): string {
    if (this.#assigned.has(role)) return 'the run itself has assigned it none'
    const spec = this.#configured.get(role)
    const hosts = spec && partsOf(spec).hosts
    if (typeof hosts !== 'function') return 'list its hosts in the task file'
    return hosts.finds === undefined
      ? 'its function has found none just now'
      : `there are no ${hosts.finds} just now`
  }

  async #find(role: string, c: StepContext): Promise<readonly HostSpec[]> {
    const assigned = this.#assigned.get(role)
    if (assigned) return assigned
    const spec = this.#configured.get(role)
    if (spec === undefined) {
      throw unknownRole(role, this.names, {
        aside: ', and none was assigned in this run',
        hint: 'roles are defined in the config\'s "roles", or by t.assign during a run',
      })
    }
    const { hosts, ssh } = partsOf(spec)
    const given = typeof hosts === 'function' ? await foundBy(hosts, role, c) : hosts
    const list = hostsFrom(given, `role "${role}"`)
    return ssh ? list.map((host) => ({ ...ssh, ...host })) : list
  }
}

export function unknownRole(
  role: string,
  known: readonly string[],
  { aside = '', hint }: { readonly aside?: string; readonly hint: string },
): ViridianError {
  // A task that no compiler has seen may name none.
  const near = suggestion(String(role), known)
  return new ViridianError('E_ROLE_UNKNOWN', `there is no role "${role}"${aside}`, { hint: near ?? hint })
}

const isName = (host: unknown): host is string => typeof host === 'string' && !isAddress(host)

/** What a role's function gives; of its own errors it is told which role they are of. */
async function foundBy(
  find: HostFinder,
  role: string,
  c: StepContext,
): Promise<readonly (string | HostSpec)[]> {
  try {
    return await awaited(`the function of role "${role}"`, () => find(c))
  } catch (error) {
    // What has stopped the run is no failure of the role's.
    c.signal.throwIfAborted()
    const { code, message, place, hint } = reportOf(error)
    const isOurs = isViridianError(error)
    throw new ViridianError(
      isOurs ? code : 'E_ROLE_FAILED',
      `the hosts of role "${role}" cannot be found: ${message}`,
      {
        cause: isOurs ? error.cause : error,
        ...(place && { place }),
        ...(hint !== undefined && { hint }),
        ...(!isOurs && { hint: 'its function in the task file has failed' }),
      },
    )
  }
}

const isLong = (spec: RoleSpec): spec is Exclude<RoleSpec, HostList> => 'hosts' in spec

const partsOf = (spec: RoleSpec): Exclude<RoleSpec, HostList> => (isLong(spec) ? spec : { hosts: spec })

/** The hosts that a role lists itself; none where a function finds them. */
export function listedIn(spec: RoleSpec, role: string): readonly HostSpec[] {
  const { hosts } = partsOf(spec)
  return typeof hosts === 'function' ? [] : hostsFrom(hosts, `role "${role}"`)
}

/** Whether a function finds a role's hosts: it may ask the account that the stage leads to. */
export const isFound = (spec: RoleSpec): boolean => typeof partsOf(spec).hosts === 'function'

/** Of two hosts with one name the first counts. */
function unique(hosts: readonly HostSpec[]): readonly HostSpec[] {
  const byName = new Map<string, HostSpec>()
  for (const host of hosts) if (!byName.has(host.name)) byName.set(host.name, host)
  return [...byName.values()]
}

function refuseStrangers(strangers: readonly string[], hosts: readonly HostSpec[]): void {
  const [stranger] = strangers
  if (stranger === undefined) return
  const near = suggestion(
    stranger,
    hosts.map(({ name }) => name),
  )
  throw new ViridianError('E_HOST_UNKNOWN', `no host is called "${stranger}"`, {
    hint: near ?? 'run "tasks roles" to see which hosts there are',
  })
}

const nobody = (message: string): ViridianError =>
  new ViridianError('E_HOSTS_NONE', message, {
    hint: 'run "tasks roles" to see which hosts there are',
  })
