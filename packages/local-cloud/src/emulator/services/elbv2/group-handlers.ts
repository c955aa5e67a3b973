import type {
  CreateTargetGroupInput,
  TargetGroup as WireGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../service.ts'
import { oneOf, required, validationError, within } from '../constraint.ts'
import type { Network } from '../elb/network.ts'
import { pageOf } from '../page.ts'
import { groupsOf } from './actions.ts'
import { Attributes } from './attributes.ts'
import { invalidMarker } from './balancer-handlers.ts'
import type { Elbv2Book, Elbv2Handlers } from './book.ts'
import { readHealthCheck } from './health-check.ts'
import { checkName, groupArn, type Place } from './names.ts'
import { addTags } from './tags.ts'
import { type GroupProtocol, isOfApplications, type TargetGroup } from './target-group.ts'

/** The operations that make, show, change and delete target groups. */
export function groupHandlers(book: Elbv2Book, place: Place, network: Network): Elbv2Handlers {
  return {
    CreateTargetGroup(input) {
      const asked = readGroup(input, place, network)
      const present = book.groups().find(({ name }) => name === asked.name)
      if (present !== undefined) refuseOther(present, asked)
      else book.openGroup(asked)
      return { TargetGroups: [describeGroup(present ?? asked, book)] }
    },
    DescribeTargetGroups({ LoadBalancerArn, TargetGroupArns, Names, PageSize = 400, Marker }) {
      const given = [LoadBalancerArn, TargetGroupArns, Names].filter((value) => value !== undefined)
      if (given.length > 1)
        throw validationError(
          'Target group names, target group ARNs and a load balancer ARN cannot be specified at the same time',
        )
      const all =
        LoadBalancerArn === undefined
          ? (TargetGroupArns?.map((arn) => book.findGroup(arn)) ?? named(book, Names))
          : groupsOf(book.findBalancer(LoadBalancerArn).listeners).map((arn) => book.findGroup(arn))
      const page = pageOf(all, within(PageSize, 'pageSize', 1, 400), Marker, () => invalidMarker(Marker))
      return {
        TargetGroups: page.items.map((group) => describeGroup(group, book)),
        ...(page.next === undefined ? {} : { NextMarker: page.next }),
      }
    },
    async ModifyTargetGroup(input) {
      const group = book.findGroup(input.TargetGroupArn)
      await book.changeGroup(group, { healthCheck: readHealthCheck(group, input) })
      return { TargetGroups: [describeGroup(group, book)] }
    },
    DescribeTargetGroupAttributes(input) {
      return { Attributes: Attributes.ofGroup(book.findGroup(input.TargetGroupArn)).describe() }
    },
    async ModifyTargetGroupAttributes(input) {
      const group = book.findGroup(input.TargetGroupArn)
      const attributes = Attributes.ofGroup(group).after(required(input.Attributes, 'attributes'))
      await book.changeGroup(group, { attributes })
      return { Attributes: Attributes.ofGroup(group).describe() }
    },
    async DeleteTargetGroup(input) {
      await book.closeGroup(required(input.TargetGroupArn, 'targetGroupArn'))
      return {}
    },
  }
}

const protocols: readonly GroupProtocol[] = ['HTTP', 'HTTPS', 'TCP', 'TLS']

function readGroup(input: CreateTargetGroupInput, place: Place, network: Network): TargetGroup {
  const name = required(input.Name, 'name')
  checkName('target group', name)
  refuseForeign(input)
  const asked = required(input.Protocol, 'protocol')
  const protocol = protocols.find((each) => each === asked)
  if (protocol === undefined)
    throw validationError(
      `The local cloud has no target groups of protocol ${asked}: it has ${protocols.join(', ')}.`,
    )
  const vpcId = required(input.VpcId, 'vpcId')
  if (!network.hasVpc(vpcId)) throw validationError(`The VPC ID '${vpcId}' is not found`)
  const port = within(required(input.Port, 'port'), 'port', 1, 65_535)
  const ofApplications = readOfApplications(input, protocol)
  return {
    arn: groupArn(place, name),
    name,
    protocol,
    port,
    vpcId,
    ...ofApplications,
    healthCheck: readHealthCheck({ protocol, ...ofApplications }, input),
    attributes: {},
    targets: [],
    tags: addTags({}, input.Tags ?? []),
  }
}

function refuseForeign({ TargetType, IpAddressType }: CreateTargetGroupInput): void {
  if (TargetType !== undefined && TargetType !== 'instance')
    throw validationError(`The local cloud has no targets of type ${TargetType}: it has instances.`)
  if (IpAddressType !== undefined && IpAddressType !== 'ipv4')
    throw validationError(`The local cloud has no IP address type ${IpAddressType}: it has ipv4.`)
}

/** What only groups of Application Load Balancers have. */
function readOfApplications(
  { ProtocolVersion, TargetControlPort }: CreateTargetGroupInput,
  protocol: GroupProtocol,
): Pick<TargetGroup, 'protocolVersion' | 'controlPort'> {
  if (!isOfApplications({ protocol })) {
    if (ProtocolVersion === undefined && TargetControlPort === undefined) return {}
    throw validationError(
      `A protocol version and a target control port cannot be specified for target groups of protocol '${protocol}'`,
    )
  }
  return {
    protocolVersion: oneOf(ProtocolVersion ?? 'HTTP1', 'protocolVersion', ['HTTP1', 'HTTP2', 'GRPC']),
    ...(TargetControlPort !== undefined && {
      controlPort: within(TargetControlPort, 'targetControlPort', 1, 65_535),
    }),
  }
}

/** A second request for the same group is answered as the first was; one that differs is refused. */
function refuseOther(present: TargetGroup, asked: TargetGroup): void {
  const told = ({
    protocol,
    port,
    vpcId,
    protocolVersion = 'HTTP1',
    controlPort,
    healthCheck,
  }: TargetGroup): string =>
    JSON.stringify([protocol, port, vpcId, protocolVersion, controlPort, Object.entries(healthCheck).sort()])
  if (told(present) !== told(asked))
    throw new AwsError(
      'DuplicateTargetGroupName',
      `A target group with the same name '${asked.name}' exists, but with different settings`,
    )
}

function named(book: Elbv2Book, names: readonly string[] | undefined): TargetGroup[] {
  const all = book.groups()
  if (names?.some((name) => !all.some((group) => group.name === name)))
    throw new AwsError('TargetGroupNotFound', 'One or more target groups not found')
  return all.filter(({ name }) => names?.includes(name) ?? true)
}

function describeGroup(group: TargetGroup, book: Elbv2Book): WireGroup {
  const { healthCheck: check, protocolVersion = 'HTTP1', controlPort } = group
  const ofCode = protocolVersion === 'GRPC' ? 'GrpcCode' : 'HttpCode'
  const user = book.userOf(group.arn)
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: check.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: check.interval,
    HealthCheckTimeoutSeconds: check.timeout,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    ...(check.path === undefined ? {} : { HealthCheckPath: check.path }),
    ...(check.matcher === undefined ? {} : { Matcher: { [ofCode]: check.matcher } }),
    LoadBalancerArns: user === undefined ? [] : [user.arn],
    TargetType: 'instance',
    ...(isOfApplications(group) ? { ProtocolVersion: protocolVersion } : {}),
    ...(controlPort === undefined ? {} : { TargetControlPort: controlPort }),
    IpAddressType: 'ipv4',
  }
}
