import { isDeepStrictEqual } from 'node:util'

/**
 * What becomes of a member when its thing is copied: `copied` goes over as it is; `rewritten` names something else in
 * the copy (itself, its group, its image); what is left out says why.
 */
export type Fate = 'copied' | 'rewritten' | { readonly leftOut: string }

/**
 * The fate of every member of an SDK shape. A member that the SDK knows and nobody classified does not compile; a test
 * walks the schemas of the pinned SDK as well.
 *
 * @example
 * ```ts
 * import type { Listener } from '@aws-sdk/client-elastic-load-balancing'
 *
 * const fates = {
 *   Protocol: 'copied',
 *   LoadBalancerPort: 'copied',
 *   InstanceProtocol: 'copied',
 *   InstancePort: 'copied',
 *   SSLCertificateId: { leftOut: 'the copy has a certificate of its own' },
 * } as const satisfies Fates<Listener>
 * ```
 */
export type Fates<Shape> = { readonly [Member in keyof Required<Shape>]: Fate }

type CopiedMember<Given> = {
  [Member in keyof Given]: Given[Member] extends 'copied' ? Member : never
}[keyof Given]

/** The part of a shape that a copy takes over. */
export type Copied<Shape, Given extends Fates<Shape>> = Pick<Shape, CopiedMember<Given> & keyof Shape>

/**
 * The members that a copy takes over as they are. What AWS describes as never set (`''`, `[]`) is left away: it is
 * refused when it is sent back.
 *
 * @example
 * ```ts
 * copyOf({ Key: 'team', Value: 'shop' }, { Key: 'copied', Value: 'rewritten' }) // { Key: 'team' }
 * ```
 */
export function copyOf<Shape extends object, const Given extends Fates<Shape>>(
  original: Shape,
  fates: Given,
): Copied<Shape, Given> {
  const copied = Object.entries(original).filter(
    ([member, value]) =>
      Object.entries(fates).some(([name, fate]) => name === member && fate === 'copied') && isSet(value),
  )
  // Exactly the members of which the type says so; those that were not set are optional in every SDK shape.
  return Object.fromEntries(copied) as Copied<Shape, Given>
}

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)

/** One member in which an original and its copy differ. */
export interface Difference {
  /** `group web: HealthCheckGracePeriod`. */
  readonly member: string
  /** As JSON; `none` where it is not set. */
  readonly original: string
  /** As `original` is written. */
  readonly copy: string
  /** False for a difference that a faithful copy does not have. */
  readonly expected: boolean
}

/**
 * In which members a copy differs from its original: the innermost ones, of lists of the same length too. A copied member
 * must be equal; a rewritten one must be what `rewritten` says of it, where it says something; what is left out may differ.
 *
 * @param what the thing, for people: `group web`
 *
 * @example
 * ```ts
 * const [original, copy] = [{ Key: 'team', Value: 'shop' }, { Key: 'team', Value: 'shpo' }]
 * differences('tag', original, copy, { Key: 'copied', Value: 'copied' }).map(({ member }) => member) // ['tag: Value']
 * ```
 */
export function differences<Shape extends object>(
  what: string,
  original: Shape,
  copy: Shape,
  fates: Fates<Shape>,
  rewritten: Partial<Shape> = {},
): Difference[] {
  const [from, to, said] = [original, copy, rewritten].map(membersOf)
  return Object.entries<Fate>(fates).flatMap(([name, fate]) => {
    const [one, other] = [settled(from?.get(name)), settled(to?.get(name))]
    const wanted = fate === 'copied' ? one : said?.has(name) ? settled(said.get(name)) : other
    const member = `${what}: ${name}`
    if (!isDeepStrictEqual(other, wanted)) return innermost(member, one, other, wanted)
    if (isDeepStrictEqual(one, other)) return []
    return [{ member, original: textOf(one), copy: textOf(other), expected: true }]
  })
}

/** Where a copy is not as is wanted, with what the original has there. */
function innermost(member: string, original: unknown, copy: unknown, wanted: unknown): Difference[] {
  if (isDeepStrictEqual(copy, wanted)) return []
  const [one, other, third] = [original, copy, wanted].map(membersOf)
  if (!isAlike(copy, wanted))
    return [{ member, original: textOf(original), copy: textOf(copy), expected: false }]
  const names = new Set([...(other?.keys() ?? []), ...(third?.keys() ?? [])])
  return [...names].flatMap((name) =>
    innermost(
      Array.isArray(copy) ? `${member}[${name}]` : `${member}.${name}`,
      one?.get(name),
      other?.get(name),
      third?.get(name),
    ),
  )
}

const membersOf = (value: unknown): Map<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])

/** Whether two values have members that can be compared one by one. */
function isAlike(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) || Array.isArray(other))
    return Array.isArray(one) && Array.isArray(other) && one.length === other.length
  return [one, other].every(
    (value) => typeof value === 'object' && value !== null && !(value instanceof Date),
  )
}

/** Never set and empty are the same to AWS. */
const settled = (value: unknown): unknown => (isSet(value) ? value : undefined)

const textOf = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value))
