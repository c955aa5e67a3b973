import { randomBytes } from 'node:crypto'
import { validationError } from '../constraint.ts'
import { dnsNameFor } from '../elb/balancer-names.ts'
import type { LoadBalancer } from './load-balancer.ts'

/** Where the load balancers are. */
export interface Place {
  readonly region: string
  /** Twelve digits. */
  readonly account: string
}

/** AWS's rules for the names of load balancers and target groups. */
export function checkName(thing: 'load balancer' | 'target group', name: string): void {
  if (name.length === 0 || name.length > 32)
    throw validationError(`The ${thing} name '${name}' cannot be longer than '32' characters`)
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw validationError(
      `The ${thing} name '${name}' can only contain characters that are alphanumeric characters or hyphens(-)`,
    )
  if (/^-|-$/.test(name))
    throw validationError(`The ${thing} name '${name}' cannot begin or end with a hyphen(-)`)
  if (thing === 'load balancer' && name.startsWith('internal-'))
    throw validationError(`The load balancer name '${name}' cannot begin with 'internal-'`)
}

function arn({ region, account }: Place, rest: string): string {
  return `arn:aws:elasticloadbalancing:${region}:${account}:${rest}`
}

/** Sixteen hexadecimal digits, as the ARNs of these things end. */
function newId(): string {
  return randomBytes(8).toString('hex')
}

export function groupArn(place: Place, name: string): string {
  return arn(place, `targetgroup/${name}/${newId()}`)
}

export function trustStoreArn(place: Place, name: string): string {
  return arn(place, `truststore/${name}/${newId()}`)
}

const prefixes = { application: 'app', network: 'net' } as const

/** The ARN and the DNS name of a new load balancer. */
export function balancerNames(
  place: Place,
  { name, kind, scheme }: Pick<LoadBalancer, 'name' | 'kind' | 'scheme'>,
): Pick<LoadBalancer, 'arn' | 'dnsName'> {
  const id = newId()
  const outward = scheme === 'internal' ? `internal-${name}` : name
  return {
    arn: arn(place, `loadbalancer/${prefixes[kind]}/${name}/${id}`),
    dnsName:
      kind === 'application'
        ? dnsNameFor(name, scheme, place.region)
        : `${outward}-${id}.elb.${place.region}.amazonaws.com`,
  }
}

export function listenerArn(balancer: string): string {
  return `${balancer.replace(':loadbalancer/', ':listener/')}/${newId()}`
}

export function ruleArn(listener: string): string {
  return `${listener.replace(':listener/', ':listener-rule/')}/${newId()}`
}

/** The load balancer of a listener or rule. */
export function balancerOf(child: string): string {
  return child
    .replace(/:listener(-rule)?\//, ':loadbalancer/')
    .replace(/(\/(?:app|net)\/[^/]+\/[^/]+).*/, '$1')
}

/** What CloudWatch calls a thing: `app/web/50dc6c495c0c9188`, `targetgroup/web/73e2d6bc24d8a067`. */
export function dimensionOf(thing: string): string {
  return thing.replace(/^.*:(loadbalancer\/)?/, '')
}

/** The hosted zone of the Network Load Balancers of a region, which alias records name. */
export function networkZoneOf(region: string): string {
  return networkZones[region] ?? 'Z26RNL4JYFTOTI'
}

const networkZones: Readonly<Record<string, string>> = {
  'us-east-1': 'Z26RNL4JYFTOTI',
  'us-east-2': 'ZLMOA37VPKANP',
  'us-west-1': 'Z24FKFUX50B4VW',
  'us-west-2': 'Z18D5FSROUN65G',
  'ca-central-1': 'Z2EPGBW3API2WT',
  'sa-east-1': 'ZTK26PT1VY4CU',
  'eu-central-1': 'Z3F0SRJ5LGBH90',
  'eu-north-1': 'Z1UDT6IFJ4EJM',
  'eu-west-1': 'Z2IFOLAFXWLO4F',
  'eu-west-2': 'ZD4D7Y8KGAS4G',
  'eu-west-3': 'Z1CMS0P5QUZ6D5',
  'ap-northeast-1': 'Z31USIVHYNEOWT',
  'ap-northeast-2': 'ZIBE1TIR4HY56',
  'ap-south-1': 'ZVDDRBQ08TROA',
  'ap-southeast-1': 'ZKVM4W9LS7TM',
  'ap-southeast-2': 'ZCT6FZBF4DROD',
}
