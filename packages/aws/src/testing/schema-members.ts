/** A structure's schema, as the index of an SDK client exports it (`LoadBalancerDescription$`): the part that is read. */
export type StructureSchema = readonly [
  kind: 3,
  namespace: string,
  name: string,
  traits: unknown,
  memberNames: readonly string[],
  ...rest: readonly unknown[],
]

/**
 * The members of a structure that the pinned SDK knows, sorted: what a table of fates has to name, each of them.
 *
 * @example
 * ```ts
 * import { Listener$ } from '@aws-sdk/client-elastic-load-balancing'
 *
 * membersOf(Listener$) // ['InstancePort', 'InstanceProtocol', 'LoadBalancerPort', 'Protocol', 'SSLCertificateId']
 * ```
 */
export function membersOf([kind, , name, , memberNames]: StructureSchema): string[] {
  if (kind !== 3) throw new TypeError(`${name} is no structure`)
  return [...memberNames].sort()
}
