import type { TrafficSourceIdentifier } from '@aws-sdk/client-auto-scaling'
import { oneOf, required, validationError } from '../constraint.ts'
import type { Traffic } from '../elb/traffic.ts'

/** `elb`: a classic load balancer, by its name; `elbv2`: a target group, by its ARN. */
export type SourceKind = 'elb' | 'elbv2'

/** What kind of traffic source an identifier is. */
export function kindOf(identifier: string): SourceKind {
  return identifier.startsWith('arn:') ? 'elbv2' : 'elb'
}

/**
 * The traffic sources that a request names, each once.
 *
 * @throws AwsError `ValidationError` unless all of them are there.
 */
export function readSources(
  input: {
    readonly LoadBalancerNames?: readonly string[] | undefined
    readonly TargetGroupARNs?: readonly string[] | undefined
    readonly TrafficSources?: readonly TrafficSourceIdentifier[] | undefined
  },
  traffic: Traffic,
): string[] {
  const { LoadBalancerNames = [], TargetGroupARNs = [], TrafficSources = [] } = input
  const named = TrafficSources.map(identifierOf)
  const classic = [...LoadBalancerNames, ...named.filter((name) => kindOf(name) === 'elb')]
  const groups = [...TargetGroupARNs, ...named.filter((name) => kindOf(name) === 'elbv2')]
  if (classic.some((name) => kindOf(name) !== 'elb' || !traffic.has(name)))
    throw validationError('Provided Load Balancers may not be valid. Please ensure they exist and try again.')
  if (groups.some((arn) => kindOf(arn) !== 'elbv2' || !traffic.has(arn)))
    throw validationError('Provided Target Groups may not be valid. Please ensure they exist and try again.')
  return [...new Set([...classic, ...groups])]
}

/** AWS tells by the identifier what a source without a type is. */
export function identifierOf({ Identifier, Type }: TrafficSourceIdentifier): string {
  const identifier = required(Identifier, 'identifier')
  const type = oneOf(Type ?? kindOf(identifier), 'type', ['elb', 'elbv2', 'vpc-lattice'])
  if (type === 'vpc-lattice' || identifier.includes(':vpc-lattice:'))
    throw validationError(
      'The local cloud has no VPC Lattice: give classic load balancers (elb) or target groups (elbv2).',
    )
  if (type !== kindOf(identifier))
    throw validationError(`The traffic source ${identifier} is not of type ${type}.`)
  return identifier
}
