import { AwsError } from '../../service.ts'
import type { Certificates } from '../acm/certificates.ts'
import { required } from '../constraint.ts'
import { changedAttributes, describeAttributes } from './attributes.ts'
import type { BalancerBook, ElbHandlers } from './balancer-book.ts'
import { describeHealthCheck, readHealthCheck } from './health-check.ts'
import { addListeners, checkCertificate, policiesFor, readListener } from './listeners.ts'
import type { LoadBalancer } from './load-balancer.ts'
import type { Network } from './network.ts'

/** The operations that change how a load balancer works: health check, attributes, listeners, placement. */
export function configurationHandlers(
  book: BalancerBook,
  network: Network,
  certificates: Certificates,
): ElbHandlers {
  return {
    async ConfigureHealthCheck(input) {
      const healthCheck = readHealthCheck(required(input.HealthCheck, 'healthCheck'))
      await book.change(input.LoadBalancerName, () => ({ healthCheck }))
      return { HealthCheck: describeHealthCheck(healthCheck) }
    },
    DescribeLoadBalancerAttributes(input) {
      return { LoadBalancerAttributes: describeAttributes(book.find(input.LoadBalancerName).attributes) }
    },
    async ModifyLoadBalancerAttributes(input) {
      const asked = required(input.LoadBalancerAttributes, 'loadBalancerAttributes')
      const balancer = await book.change(input.LoadBalancerName, ({ attributes }) => ({
        attributes: changedAttributes(attributes, asked),
      }))
      return {
        LoadBalancerName: balancer.name,
        LoadBalancerAttributes: describeAttributes(balancer.attributes),
      }
    },
    async CreateLoadBalancerListeners(input) {
      const added = required(input.Listeners, 'listeners').map((listener) =>
        readListener(listener, certificates),
      )
      await book.change(input.LoadBalancerName, ({ listeners, policies }) => ({
        listeners: addListeners(listeners, added),
        policies: policiesFor(added, policies),
      }))
      return {}
    },
    async DeleteLoadBalancerListeners(input) {
      const ports = required(input.LoadBalancerPorts, 'loadBalancerPorts')
      await book.change(input.LoadBalancerName, ({ listeners }) => ({
        listeners: listeners.filter(({ port }) => !ports.includes(port)),
      }))
      return {}
    },
    async SetLoadBalancerListenerSSLCertificate(input) {
      const port = required(input.LoadBalancerPort, 'loadBalancerPort')
      const certificate = required(input.SSLCertificateId, 'sSLCertificateId')
      await book.change(input.LoadBalancerName, ({ listeners }) => {
        const asked = listeners.find((listener) => listener.port === port)
        if (asked === undefined)
          throw new AwsError('ListenerNotFound', `The listener for port ${port} does not exist.`)
        checkCertificate(certificate, asked.protocol, certificates)
        return {
          listeners: listeners.map((listener) =>
            listener === asked ? { ...listener, certificate } : listener,
          ),
        }
      })
      return {}
    },
    async ApplySecurityGroupsToLoadBalancer(input) {
      const securityGroups = network.groups(required(input.SecurityGroups, 'securityGroups'))
      await book.change(input.LoadBalancerName, () => ({ securityGroups }))
      return { SecurityGroups: securityGroups }
    },
    async AttachLoadBalancerToSubnets(input) {
      const added = required(input.Subnets, 'subnets')
      const balancer = await book.change(input.LoadBalancerName, ({ subnets }) =>
        placed(network, [...subnets, ...added]),
      )
      return { Subnets: balancer.subnets }
    },
    async DetachLoadBalancerFromSubnets(input) {
      const gone = required(input.Subnets, 'subnets')
      const balancer = await book.change(input.LoadBalancerName, ({ subnets }) =>
        placed(
          network,
          subnets.filter((id) => !gone.includes(id)),
        ),
      )
      return { Subnets: balancer.subnets }
    },
    async EnableAvailabilityZonesForLoadBalancer(input) {
      const added = required(input.AvailabilityZones, 'availabilityZones')
      const balancer = await book.change(input.LoadBalancerName, ({ subnets }) =>
        placed(network, [...subnets, ...added.map((zone) => network.subnetOf(zone))]),
      )
      return { AvailabilityZones: balancer.zones }
    },
    async DisableAvailabilityZonesForLoadBalancer(input) {
      const zones = required(input.AvailabilityZones, 'availabilityZones')
      const balancer = await book.change(input.LoadBalancerName, ({ subnets }) => {
        const gone = zones.map((zone) => network.subnetOf(zone))
        return placed(
          network,
          subnets.filter((id) => !gone.includes(id)),
        )
      })
      return { AvailabilityZones: balancer.zones }
    },
  }
}

function placed(network: Network, subnets: readonly string[]): Pick<LoadBalancer, 'zones' | 'subnets'> {
  if (subnets.length === 0) {
    throw new AwsError(
      'InvalidConfigurationRequest',
      'A load balancer must have at least one Availability Zone or subnet',
      409,
    )
  }
  const { zones, subnets: ids } = network.placeIn(subnets)
  return { zones, subnets: ids }
}
