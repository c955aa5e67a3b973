import { createHash } from 'node:crypto'

const separator = '--'

/**
 * A name for what a step makes: the base that people know, and the step's token, within AWS's limit. A base that is
 * itself such a name loses its old token, so that names don't grow from run to run. What is too long is cut, and
 * told apart by a hash of the whole.
 *
 * @param limit in characters: 255 for launch configurations, 128 for images, 32 for load balancers
 *
 * @example
 * ```ts
 * nameFor('web', '20261123-154233-k3f9-0a1b2c3d4e5f', 255) // 'web--20261123-154233-k3f9-0a1b2c3d4e5f'
 * nameFor('web', '20261123-154233-k3f9-0a1b2c3d4e5f', 32) // 'web--20261123-154233-d5002ca4d60'
 * ```
 */
export function nameFor(base: string, token: string, limit: number): string {
  const whole = `${stemOf(base)}${separator}${token}`
  if (whole.length <= limit) return whole
  const mark = createHash('sha256').update(whole).digest('hex').slice(0, 11)
  // Neither a dash nor half a character at the end.
  return `${whole.slice(0, limit - mark.length - 1).replace(/[-\ud800-\udbff]+$/, '')}-${mark}`
}

/**
 * The run in whose name something is named, for what cannot be tagged; undefined for any other name, and one that was cut.
 *
 * @example
 * ```ts
 * runOfName('web--20261123-154233-k3f9-0a1b2c3d4e5f') // '20261123-154233-k3f9'
 * ```
 */
export const runOfName = (name: string): string | undefined =>
  /--(\d{8}-\d{6}-[a-z0-9]{4})-[0-9a-f]{12}$/.exec(name)?.[1]

/**
 * The base of a name that a step has given; any other name as it is.
 *
 * @example
 * ```ts
 * stemOf('web-lc--20261123-154233-k3f9-0a1b2c3d4e5f') // 'web-lc'
 * ```
 */
export const stemOf = (name: string): string => name.replace(/--\d{8}-[a-z0-9-]+$/, '')
