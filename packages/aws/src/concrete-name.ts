/** Nobody's, so that a wildcard answers for it. */
const anyLabel = 'viridian-asks'

/**
 * A name that can be asked for, as browsers write it in a Host header: in lower case, without a dot at its end. A wildcard
 * (`*.example.com`) stands for all names in its place, and is asked for as one of them.
 *
 * @example
 * ```ts
 * concreteName('*.example.com') // 'viridian-asks.example.com'
 * ```
 */
export const concreteName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\*(?=\.)/, anyLabel)
