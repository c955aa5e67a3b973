/**
 * A balancer as metrics and scaling policies name it: a classic one by its name, any other by the end of its ARN.
 *
 * @param key what `balancerKey` gives
 *
 * @example
 * ```ts
 * balancerLabel('web') // 'web'
 * balancerLabel('arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188')
 * // 'app/web/50dc6c495c0c9188'
 * ```
 */
export const balancerLabel = (key: string): string =>
  /^arn:.*:(?:loadbalancer\/)?((?:app|net|gwy|targetgroup)\/[^/]+\/[^/]+)$/.exec(key)?.[1] ?? key

/**
 * What metrics name so, as steps name what they touch: see `balancerThing`.
 *
 * @param label what {@link balancerLabel} gives
 *
 * @example
 * ```ts
 * labelThing('app/web/50dc6c495c0c9188') // 'balancer-v2/web'
 * labelThing('targetgroup/web/943f017f100becff') // 'target-group/web'
 * labelThing('web') // 'balancer/web'
 * ```
 */
export function labelThing(label: string): string {
  const [, kind, name] = /^(app|net|gwy|targetgroup)\/([^/]+)\/[^/]+$/.exec(label) ?? []
  if (kind === undefined) return `balancer/${label}`
  return kind === 'targetgroup' ? `target-group/${name}` : `balancer-v2/${name}`
}
