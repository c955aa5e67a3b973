import type { CreateAccessPointInput, LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing'
import { AwsError } from '../../service.ts'
import type { Certificates } from '../acm/certificates.ts'
import { required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { defaultAttributes } from './attributes.ts'
import type { BalancerBook, ElbHandlers } from './balancer-book.ts'
import { checkName, dnsNameFor, hostedZoneOf } from './balancer-names.ts'
import { describeHealthCheck } from './health-check.ts'
import { addListeners, describeListener, policiesFor, readListener, sameListener } from './listeners.ts'
import { defaultHealthCheck, type LoadBalancer } from './load-balancer.ts'
import type { Network } from './network.ts'
import { describePolicies } from './policies.ts'
import { addTags } from './tags.ts'

/** Where the load balancers are. */
export interface Place {
  readonly region: string
  /** Twelve digits. */
  readonly account: string
}

/** The operations that make, show and delete load balancers. */
export function balancerHandlers(
  book: BalancerBook,
  network: Network,
  certificates: Certificates,
  place: Place,
): ElbHandlers {
  return {
    async CreateLoadBalancer(input) {
      const asked = readBalancer(input, network, certificates, place.region)
      return { DNSName: sameOrRefused(await book.open(asked), asked).dnsName }
    },
    DescribeLoadBalancers(input) {
      const named = input.LoadBalancerNames ?? []
      const all = named.length === 0 ? book.all() : named.map((name) => book.find(name))
      const size = within(input.PageSize ?? 400, 'pageSize', 1, 400)
      const page = pageOf(all, size, input.Marker, () => validationError(`Invalid marker: ${input.Marker}`))
      return {
        LoadBalancerDescriptions: page.items.map((balancer) => describeBalancer(balancer, place)),
        ...(page.next === undefined ? {} : { NextMarker: page.next }),
      }
    },
    async DeleteLoadBalancer(input) {
      await book.close(required(input.LoadBalancerName, 'loadBalancerName'))
      return {}
    },
  }
}

function readBalancer(
  input: CreateAccessPointInput,
  network: Network,
  certificates: Certificates,
  region: string,
): LoadBalancer {
  const name = required(input.LoadBalancerName, 'loadBalancerName')
  checkName(name)
  const asked = required(input.Listeners, 'listeners').map((listener) => readListener(listener, certificates))
  const listeners = addListeners([], asked)
  const [first] = listeners
  if (first === undefined) throw validationError('Listeners list cannot be empty')
  const scheme = readScheme(input.Scheme)
  return {
    name,
    dnsName: dnsNameFor(name, scheme, region),
    scheme,
    created: new Date().toISOString(),
    address: '',
    listeners,
    healthCheck: defaultHealthCheck(first),
    attributes: defaultAttributes,
    ...network.place(input.AvailabilityZones ?? [], input.Subnets ?? []),
    securityGroups: network.groups(input.SecurityGroups ?? []),
    instances: [],
    policies: policiesFor(listeners, []),
    backendPolicies: {},
    tags: addTags({}, input.Tags ?? []),
  }
}

function readScheme(scheme = 'internet-facing'): LoadBalancer['scheme'] {
  if (scheme === 'internet-facing' || scheme === 'internal') return scheme
  throw new AwsError('InvalidScheme', `The scheme ${scheme} is not valid: use internet-facing or internal`)
}

/** A second request for the same load balancer is answered as the first was; one that differs is refused. */
function sameOrRefused(present: LoadBalancer, asked: LoadBalancer): LoadBalancer {
  const refuse = (what: string): AwsError =>
    new AwsError(
      'DuplicateLoadBalancerName',
      `Load Balancer named ${asked.name} already exists and it is configured with different ${what}.`,
    )
  const listeners =
    present.listeners.length === asked.listeners.length &&
    asked.listeners.every((listener) => present.listeners.some((other) => sameListener(other, listener)))
  const placed =
    present.scheme === asked.scheme &&
    sameSet(present.subnets, asked.subnets) &&
    sameSet(present.securityGroups, asked.securityGroups)
  if (!listeners || !placed) throw refuse('parameters')
  if (!sameSet(Object.entries(present.tags).map(String), Object.entries(asked.tags).map(String))) {
    throw refuse('tags')
  }
  return present
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item))
}

function describeBalancer(balancer: LoadBalancer, place: Place): LoadBalancerDescription {
  return {
    LoadBalancerName: balancer.name,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneName: balancer.dnsName,
    CanonicalHostedZoneNameID: hostedZoneOf(place.region),
    ListenerDescriptions: balancer.listeners.map(describeListener),
    Policies: describePolicies(balancer.policies),
    BackendServerDescriptions: Object.entries(balancer.backendPolicies).map(([port, names]) => ({
      InstancePort: Number(port),
      PolicyNames: names,
    })),
    AvailabilityZones: balancer.zones,
    Subnets: balancer.subnets,
    VPCId: balancer.vpcId,
    Instances: balancer.instances.map((InstanceId) => ({ InstanceId })),
    HealthCheck: describeHealthCheck(balancer.healthCheck),
    SourceSecurityGroup: { OwnerAlias: place.account, GroupName: 'default' },
    SecurityGroups: balancer.securityGroups,
    CreatedTime: new Date(balancer.created),
    Scheme: balancer.scheme,
  }
}
