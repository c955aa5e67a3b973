import type { Balancers } from '../../hardware/balancers.ts'
import type { BalancerLoad } from '../elb/traffic.ts'
import { groupsOf } from './actions.ts'
import type { Elbv2Book } from './book.ts'
import type { LoadBalancer } from './load-balancer.ts'
import { dimensionOf } from './names.ts'
import type { TargetGroup } from './target-group.ts'
import type { TargetStates } from './target-health.ts'

/** How every load balancer and the groups behind it stand, by CloudWatch's names. */
export function loadsOf(book: Elbv2Book, states: TargetStates, balancers: Balancers): BalancerLoad[] {
  return book.balancers().flatMap((balancer) => {
    const groups = groupsOf(balancer.listeners).map((arn) => book.findGroup(arn))
    return [
      ...ofBalancer(balancer, balancers),
      ...groups.flatMap((group) => ofGroup(balancer, group, states, balancers)),
    ]
  })
}

const namespaces = { application: 'AWS/ApplicationELB', network: 'AWS/NetworkELB' } as const

function ofBalancer({ arn, kind }: LoadBalancer, balancers: Balancers): BalancerLoad[] {
  const { requests, byClass, balancerErrors } = balancers.counts(arn)
  const { opened, open } = balancers.connections(arn)
  const common = {
    namespace: namespaces[kind],
    dimensions: [{ Name: 'LoadBalancer', Value: dimensionOf(arn) }],
  }
  if (kind === 'network')
    return [
      {
        ...common,
        gauges: { ActiveFlowCount: open, ...(open > 0 && { ActiveFlowCount_TCP: open }) },
        counts: { NewFlowCount: requests, NewFlowCount_TCP: requests },
        steady: ['NewFlowCount'],
      },
    ]
  return [
    {
      ...common,
      gauges: open > 0 ? { ActiveConnectionCount: open } : {},
      counts: {
        NewConnectionCount: opened,
        RequestCount: requests,
        HTTPCode_ELB_5XX_Count: balancerErrors,
        ...answers(byClass, balancerErrors),
      },
    },
  ]
}

function ofGroup(
  balancer: LoadBalancer,
  group: TargetGroup,
  states: TargetStates,
  balancers: Balancers,
): BalancerLoad[] {
  const { requests, byClass, balancerErrors } = balancers.counts(balancer.arn, group.arn)
  const all = group.targets.map((target) => states.stateOf(group, target).State)
  const common = {
    namespace: namespaces[balancer.kind],
    dimensions: [
      { Name: 'TargetGroup', Value: dimensionOf(group.arn) },
      { Name: 'LoadBalancer', Value: dimensionOf(balancer.arn) },
    ],
  }
  const HealthyHostCount = all.filter((state) => state === 'healthy').length
  const UnHealthyHostCount = all.filter((state) => state === 'unhealthy' || state === 'initial').length
  const load = {
    ...common,
    gauges: { HealthyHostCount, UnHealthyHostCount },
    counts:
      balancer.kind === 'network' ? {} : { RequestCount: requests, ...answers(byClass, balancerErrors) },
  }
  if (balancer.kind === 'network') return [load]
  return [load, ...perTarget(common, requests, Math.max(1, HealthyHostCount))]
}

/** What each target got on average, by the group alone and by both: target tracking goes by the first. */
function perTarget(
  { namespace, dimensions }: Pick<BalancerLoad, 'namespace' | 'dimensions'>,
  requests: number,
  targets: number,
): BalancerLoad[] {
  const counts = { RequestCountPerTarget: requests }
  return [dimensions, dimensions.slice(0, 1)].map((each) => ({
    namespace,
    dimensions: each,
    gauges: {},
    counts,
    share: targets,
  }))
}

function answers(byClass: Readonly<Record<string, number>>, errors: number): Record<string, number> {
  return Object.fromEntries(
    ['2xx', '3xx', '4xx', '5xx'].map((status) => [
      `HTTPCode_Target_${status.toUpperCase()}_Count`,
      (byClass[status] ?? 0) - (status === '5xx' ? errors : 0),
    ]),
  )
}
