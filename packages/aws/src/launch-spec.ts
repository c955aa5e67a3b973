import { z } from '@viridian/core/zod'

/**
 * Where a group's instances come from. The version of a template is a number: `$Latest` means another one tomorrow. Only
 * what a group itself says may be `$Latest` or `$Default`.
 */
export const LaunchSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('launchConfiguration'), name: z.string() }),
  z.strictObject({
    kind: z.literal('launchTemplate'),
    id: z.string(),
    name: z.string(),
    version: z.string(),
  }),
])

export type LaunchSource = z.infer<typeof LaunchSource>

/**
 * What a launch source says, for people to read, and the digest of all of it. The settings themselves are read again
 * from the source when they are used: user data is a secret, and has no place in a journal.
 */
export const LaunchSpec = z.strictObject({
  source: LaunchSource,
  /** What the group says instead of the version's number: `$Latest`, `$Default`. Absent when it says the number. */
  floating: z.string().exactOptional(),
  image: z.string(),
  /** Absent where the group's mixed instances policy names the types instead. */
  instanceType: z.string().exactOptional(),
  keyName: z.string().exactOptional(),
  securityGroups: z.array(z.string()),
  profile: z.string().exactOptional(),
  /** SHA-256 of every setting, user data included. */
  digest: z.string(),
})

export type LaunchSpec = z.infer<typeof LaunchSpec>

/**
 * A launch source by the name that people know.
 *
 * @example
 * ```ts
 * sourceName({ kind: 'launchTemplate', id: 'lt-0123456789abcdef0', name: 'web', version: '3' }) // 'web:3'
 * ```
 */
export const sourceName = (source: LaunchSource): string =>
  source.kind === 'launchConfiguration' ? source.name : `${source.name}:${source.version}`

/**
 * A launch source as steps name what they touch.
 *
 * @example
 * ```ts
 * sourceThing({ kind: 'launchConfiguration', name: 'web-v1' }) // 'launch-configuration/web-v1'
 * ```
 */
export const sourceThing = (source: LaunchSource): string =>
  source.kind === 'launchConfiguration'
    ? `launch-configuration/${source.name}`
    : `launch-template/${source.id}#${source.version}`
