/** Nobody's, so that a wildcard answers for it. */
const anyLabel = 'viridian-asks'

/**
 * A name that can be asked for: a wildcard (`*.example.com`) stands for all names in its place, and is asked for as one
 * of them.
 *
 * @example
 * ```ts
 * concreteName('*.example.com') // 'viridian-asks.example.com'
 * ```
 */
export const concreteName = (name: string): string => name.replace(/^\*(?=\.)/, anyLabel)
