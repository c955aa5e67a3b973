import type { Clock } from '../../clock.ts'
import { sdk } from '../../sdk.ts'
import type { Service } from '../../service.ts'
import type { ElbParts } from '../elb/balancer-book.ts'
import { Network } from '../elb/network.ts'
import type { Traffic } from '../elb/traffic.ts'
import { balancerHandlers, stateOf } from './balancer-handlers.ts'
import { Elbv2Book } from './book.ts'
import { capacityHandlers } from './capacity-handlers.ts'
import { groupHandlers } from './group-handlers.ts'
import { certificateHandlers } from './listener-certificates.ts'
import { listenerHandlers } from './listener-handlers.ts'
import { certificatesOf, type LoadBalancer } from './load-balancer.ts'
import type { Place } from './names.ts'
import { ruleHandlers } from './rule-handlers.ts'
import { tagHandlers } from './tags.ts'
import { targetHandlers } from './target-handlers.ts'
import { TargetStates } from './target-health.ts'
import { trafficOf } from './traffic.ts'
import { trustStoreHandlers } from './trust-stores.ts'

const client = sdk.elbV2

/** Elastic Load Balancing of Application and Network Load Balancers (API version 2015-12-01). */
export interface Elbv2 {
  readonly service: Service<typeof client>
  readonly traffic: Traffic
  /** The ARNs of the load balancers that use a certificate. */
  certificateUsers(certificate: string): string[]
  /** How a load balancer stands, by its ARN. */
  stateOf(arn: string): 'missing' | 'provisioning' | 'active'
  /** Whether a load balancer has a security group. */
  usesGroup(groupId: string): boolean
  /** Opens the proxies of an earlier cloud process again. */
  restore(): Promise<void>
}

export interface Elbv2Parts extends ElbParts, Place {
  readonly clock: Clock
  /** AWS seconds from CreateLoadBalancer to `active`. @default 30 */
  readonly provision?: number
}

export function elbv2Service({ provision = 30, ...parts }: Elbv2Parts): Elbv2 {
  const { balancers, compute, certificates } = parts
  const book = new Elbv2Book(parts)
  const states = new TargetStates(book, balancers.groups)
  const network = new Network(compute)
  compute.onChange((instance) => book.instanceChanged(instance))
  const usersOf = (certificate: string): LoadBalancer[] =>
    book
      .balancers()
      .filter(({ listeners }) => listeners.some((listener) => certificatesOf(listener).includes(certificate)))
  certificates.onChange((certificate) => {
    // The listeners take up what the certificate has become.
    for (const { arn } of usersOf(certificate)) book.change(arn, () => ({})).catch(parts.report)
  })
  return {
    service: {
      signingName: 'elasticloadbalancing',
      command: 'elbv2',
      client,
      handlers: {
        ...balancerHandlers({ ...parts, book, network, provision }),
        ...capacityHandlers(book, parts.clock),
        ...listenerHandlers(book, certificates),
        ...certificateHandlers(book, certificates),
        ...ruleHandlers(book),
        ...groupHandlers(book, parts, network),
        ...targetHandlers(book, states),
        ...trustStoreHandlers(book, parts),
        ...tagHandlers(book),
      },
    },
    traffic: trafficOf(book, states, parts),
    certificateUsers: (certificate) => usersOf(certificate).map(({ arn }) => arn),
    stateOf(arn) {
      const balancer = book.balancer(arn)
      return balancer === undefined ? 'missing' : stateOf(balancer, { ...parts, provision })
    },
    usesGroup: (groupId) => book.balancers().some(({ securityGroups }) => securityGroups.includes(groupId)),
    restore: () => book.restore(),
  }
}
