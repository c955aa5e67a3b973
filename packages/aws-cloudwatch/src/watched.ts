import { balancerName, classicOnly, LoadBalancer } from '@viridian/aws'
import { ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'

/** A balancer whose traffic is watched: a classic one as it is described, an Application or Network Load Balancer by its ARN. */
export const Watched = z.union([
  LoadBalancer,
  z.strictObject({ kind: z.literal('application'), arn: z.string() }),
  z.strictObject({ kind: z.literal('network'), arn: z.string() }),
])

export type Watched = z.infer<typeof Watched>

/** How people know it: by name. */
export const watchedName = (watched: Watched): string =>
  watched.kind === 'application' || watched.kind === 'network'
    ? (partOf(watched.arn).split('/')[1] ?? watched.arn)
    : balancerName(watched)

/** The dimension that names it in its metrics. */
export function dimensionOf(watched: Watched): { Name: string; Value: string } {
  if (watched.kind === 'application' || watched.kind === 'network')
    return { Name: 'LoadBalancer', Value: partOf(watched.arn) }
  return { Name: 'LoadBalancerName', Value: classicOnly(watched).name }
}

/** `app/web/50dc6c495c0c9188` of `arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188`. */
function partOf(arn: string): string {
  const [, part] = /:loadbalancer\/((?:app|net)\/[^/]+\/[^/]+)$/.exec(arn) ?? []
  if (part !== undefined) return part
  throw new ViridianError(
    'E_BALANCER_ARN',
    `"${arn}" is not the ARN of an Application or Network Load Balancer`,
    {
      hint: 'it ends in loadbalancer/app/NAME/ID or loadbalancer/net/NAME/ID',
      refused: true,
    },
  )
}
