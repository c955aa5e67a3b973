import type { HostSpec } from '../remote/transport.ts'
import { isPattern, namedBy } from './host-pattern.ts'

/** Which hosts a run is for, as the command line has it. Plain JSON: a resumed run goes by the same. */
export interface HostChoice {
  /** Hosts that stand in one of these roles. */
  readonly roles?: readonly string[] | undefined
  /** Hosts with these names: patterns, or addresses that stand in no role. */
  readonly hosts?: readonly string[] | undefined
  /** The first so many of each role, or those of them with these names. */
  readonly limit?: number | readonly string[] | undefined
  readonly except?: readonly string[] | undefined
  /** The hosts that an earlier run has failed on, or has not reached. */
  readonly failed?: readonly HostSpec[] | undefined
}

/** Those of `hosts` that are chosen. `members` has the names of all hosts in the choice's roles. */
export function chosenOf(
  hosts: readonly HostSpec[],
  choice: HostChoice,
  members?: ReadonlySet<string>,
): readonly HostSpec[] {
  const { hosts: names, limit, except = [], failed } = choice
  const retried = failed && new Set(failed.map(({ name }) => name))
  const isNamed = anyOf(names)
  const isLimited = anyOf(typeof limit === 'number' ? undefined : limit)
  const isExcepted = anyOf(except)
  const chosen = hosts.filter(
    (host) =>
      (members?.has(host.name) ?? true) &&
      (retried?.has(host.name) ?? true) &&
      isNamed(host) &&
      isLimited(host) &&
      !isExcepted(host),
  )
  return typeof limit === 'number' ? chosen.slice(0, limit) : chosen
}

/** What the choice names and none of `hosts` is called: most likely mistyped. */
export function strangersOf(choice: HostChoice, hosts: readonly HostSpec[]): readonly string[] {
  const { hosts: names = [], limit = [], except = [] } = choice
  const known = new Set(hosts.flatMap(({ name, address = name }) => [name, address]))
  return [...names, ...(typeof limit === 'number' ? [] : limit), ...except].filter((name) =>
    isPattern(name) ? !hosts.some(namedBy(name)) : !known.has(name),
  )
}

/** The choice as it was typed. */
export function choiceText({ roles, hosts, limit, except, failed }: HostChoice): string {
  const flag = (name: string, values: readonly string[] | undefined): string[] =>
    values === undefined ? [] : [`--${name} ${values.join(',')}`]
  return [
    ...flag('role', roles),
    ...flag('hosts', hosts),
    ...flag('limit', typeof limit === 'number' ? [String(limit)] : limit),
    ...flag('except', except),
    ...(failed ? ['--failed'] : []),
  ].join(' ')
}

/** Plain names are looked up together: many hosts by many names must not be compared one by one. */
function anyOf(names: readonly string[] | undefined): (host: HostSpec) => boolean {
  if (names === undefined) return () => true
  const plain = new Set(names.filter((name) => !isPattern(name)))
  const patterns = names.filter(isPattern).map(namedBy)
  return (host) =>
    plain.has(host.name) ||
    (host.address !== undefined && plain.has(host.address)) ||
    patterns.some((matches) => matches(host))
}
