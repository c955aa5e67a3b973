import { balancerLabel, type Front, frontsOf, type LoadBalancer } from '@viridian/aws'
import { ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'

/** A load balancer whose traffic is watched: a classic one by its name, an Application or Network Load Balancer by its ARN. */
export const Watched = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('classic'), name: z.string() }),
  z.strictObject({
    kind: z.enum(['application', 'network']),
    arn: z.string(),
    /** The ARNs of the target groups whose health counts; none: it is not asked for. */
    targetGroups: z.array(z.string()).exactOptional(),
  }),
])

export type Watched = z.infer<typeof Watched>

/**
 * What is watched of balancers: where their users come in.
 *
 * @throws ViridianError `E_BALANCER_UNSUPPORTED` of a Gateway Load Balancer
 */
export function watchedOf(balancers: readonly (LoadBalancer | Watched)[]): Watched[] {
  const named = balancers.filter((each): each is Watched => !isDescribed(each))
  return [...frontsOf(balancers.filter(isDescribed)).map(watchedFront), ...named]
}

const isDescribed = (each: LoadBalancer | Watched): each is LoadBalancer => 'healthCheck' in each

function watchedFront(front: Front): Watched {
  if (front.kind === 'classic') return { kind: 'classic', name: front.name }
  const { kind, arn, name } = front
  if (kind !== 'gateway') return { kind, arn, targetGroups: front.targetGroups.map((each) => each.arn) }
  throw new ViridianError(
    'E_BALANCER_UNSUPPORTED',
    `${name} is a Gateway Load Balancer: no user comes in there`,
    { hint: 'watch the load balancer that users come to' },
  )
}

/** How people know it: by name. */
export const watchedName = (watched: Watched): string =>
  watched.kind === 'classic' ? watched.name : (labelOf(watched.arn).split('/')[1] ?? watched.arn)

/** The dimension that names it in its metrics. */
export const dimensionOf = (watched: Watched): { Name: string; Value: string } =>
  watched.kind === 'classic'
    ? { Name: 'LoadBalancerName', Value: watched.name }
    : { Name: 'LoadBalancer', Value: labelOf(watched.arn) }

/** `app/web/50dc6c495c0c9188` of `arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188`. */
function labelOf(arn: string): string {
  const label = balancerLabel(arn)
  if (/^(app|net)\//.test(label)) return label
  throw new ViridianError(
    'E_BALANCER_ARN',
    `"${arn}" is not the ARN of an Application or Network Load Balancer`,
    {
      hint: 'it ends in loadbalancer/app/NAME/ID or loadbalancer/net/NAME/ID',
      refused: true,
    },
  )
}
