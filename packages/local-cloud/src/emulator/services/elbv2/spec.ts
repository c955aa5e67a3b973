import type { BalancedProtocol, RuledBalancerSpec, RuledListener } from '../../hardware/balancers.ts'
import type { Stickiness, WeightedGroup } from '../../hardware/rules.ts'
import type { TargetGroupSpec } from '../../hardware/target-groups.ts'
import type { Certificates } from '../acm/certificates.ts'
import { actionOf } from './actions.ts'
import { Attributes } from './attributes.ts'
import { conditionOf } from './conditions.ts'
import {
  certificatesOf,
  type ListenerProtocol,
  type ListenerRecord,
  type LoadBalancer,
} from './load-balancer.ts'
import { checkOf, isOfApplications, type TargetGroup } from './target-group.ts'
import { rewritesOf } from './transforms.ts'

/** AWS seconds after which a Network Load Balancer forgets an idle connection. */
const networkIdleTimeout = 350

/** What the proxy is told of a load balancer. */
export function specOf(
  balancer: LoadBalancer,
  findGroup: (arn: string) => TargetGroup,
  certificates: Certificates,
): RuledBalancerSpec {
  const { arn, kind, listeners } = balancer
  return {
    name: arn,
    kind,
    idleTimeout:
      kind === 'network'
        ? networkIdleTimeout
        : Attributes.ofBalancer(balancer).number('idle_timeout.timeout_seconds'),
    listeners: listeners.map((listener) => listenerOf(listener, findGroup, certificates)),
  }
}

function listenerOf(
  listener: ListenerRecord,
  findGroup: (arn: string) => TargetGroup,
  certificates: Certificates,
): RuledListener {
  const { port, protocol, rules } = listener
  const idleTimeout = Attributes.ofListener(listener).number('tcp.idle_timeout.seconds')
  const [identity, ...otherIdentities] = certificatesOf(listener).flatMap(
    (arn) => certificates.find(arn) ?? [],
  )
  const weighted = (arn: string, weight: number): WeightedGroup => {
    const group = findGroup(arn)
    const stickiness = stickinessOf(group)
    return { name: arn, weight, protocol: spoken(group.protocol), ...(stickiness && { stickiness }) }
  }
  return {
    protocol: spoken(protocol),
    port,
    ...(identity && { identity, otherIdentities }),
    ...(protocol === 'TCP' && { idleTimeout }),
    rules: rules.map(({ conditions, transforms = [], actions }) => ({
      conditions: conditions.map(conditionOf),
      rewrites: rewritesOf(transforms),
      action: actionOf(actions, weighted),
    })),
  }
}

/** What the proxy is told of a target group. */
export function groupSpecOf(group: TargetGroup): TargetGroupSpec {
  const attributes = Attributes.ofGroup(group)
  const cuts = isOfApplications(group) || attributes.is('deregistration_delay.connection_termination.enabled')
  return {
    name: group.arn,
    healthCheck: checkOf(group),
    draining: attributes.number('deregistration_delay.timeout_seconds'),
    lingers: true,
    ...(!cuts && { spares: true }),
    failsOpen: true,
  }
}

function stickinessOf(group: TargetGroup): Stickiness | undefined {
  const attributes = Attributes.ofGroup(group)
  if (!attributes.is('stickiness.enabled')) return undefined
  switch (attributes.get('stickiness.type')) {
    case 'lb_cookie':
      return { seconds: attributes.number('stickiness.lb_cookie.duration_seconds') }
    case 'app_cookie':
      return { cookie: attributes.get('stickiness.app_cookie.cookie_name') }
    default:
      return undefined
  }
}

function spoken(protocol: ListenerProtocol): BalancedProtocol {
  return protocol === 'TLS' ? 'SSL' : protocol
}
