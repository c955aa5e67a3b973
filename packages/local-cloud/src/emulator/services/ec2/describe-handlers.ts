import type {
  InstanceAttribute,
  InstanceAttributeName,
  InstanceStatus,
  InstanceStatusSummary,
} from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { findAll, findOne, kinds } from './ids.ts'
import { rootDevice } from './images.ts'
import { deviceAnswers, privateDnsName, reservationAnswers, stateAnswer } from './instance-answer.ts'
import type { Lifecycle } from './lifecycle.ts'
import { ec2Page, type PageRequest } from './pages.ts'
import type { InstanceRecord } from './records.ts'
import { tagsOf } from './tags.ts'
import { refuseYoung } from './young.ts'

/** The calls that only look at instances. */
export function describeHandlers(ec2: Ec2Context, lifecycle: Lifecycle): Ec2Handlers {
  const fields = instanceFields(ec2)
  const select = (ids: readonly string[] | undefined, page: PageRequest): InstanceRecord[] => {
    const all = lifecycle.all()
    if (ids === undefined || ids.length === 0) return all
    if (page.MaxResults !== undefined) {
      throw new AwsError(
        'InvalidParameterCombination',
        'The parameter instancesSet cannot be used with the parameter maxResults',
      )
    }
    const found = findAll(kinds.instance, ec2.records.instances, ids)
    refuseYoung(
      ec2,
      kinds.instance,
      found.map(({ id, createdAt }) => ({ id, madeAt: createdAt })),
    )
    return found
  }
  const tags = ({ id }: InstanceRecord): Readonly<Record<string, string>> => tagsOf(ec2, id)
  return {
    DescribeInstances(input) {
      const found = filtered(select(input.InstanceIds, input), input.Filters, fields, tags)
      const { items, next } = ec2Page(found, input)
      return { Reservations: reservationAnswers(ec2, items), NextToken: next }
    },
    DescribeInstanceStatus(input) {
      const selected = select(input.InstanceIds, input)
      const shown =
        input.IncludeAllInstances === true ? selected : selected.filter(({ state }) => state === 'running')
      const found = filtered(shown, input.Filters, statusFields(lifecycle), tags)
      const { items, next } = ec2Page(found, input)
      return { InstanceStatuses: items.map((each) => statusAnswer(each, lifecycle)), NextToken: next }
    },
    DescribeInstanceAttribute({ InstanceId = '', Attribute }) {
      const record = findOne(kinds.instance, ec2.records.instances, InstanceId)
      return { InstanceId: record.id, ...attributeAnswer(record, Attribute) }
    },
  }
}

function instanceFields(ec2: Ec2Context): Fields<InstanceRecord> {
  const groupNames = ({ groupIds }: InstanceRecord): (string | undefined)[] =>
    groupIds.map((id) => ec2.records.securityGroups[id]?.name)
  return {
    architecture: () => ['x86_64'],
    'virtualization-type': () => ['hvm'],
    'root-device-type': () => ['ebs'],
    'root-device-name': () => [rootDevice],
    // Those that are on demand have no lifecycle.
    'instance-lifecycle': ({ spot }) => (spot ? ['spot'] : []),
    'owner-id': () => [ec2.account],
    'launch-time': ({ launchTime }) => [launchTime],
    hypervisor: () => ['xen'],
    'ena-support': () => ['true'],
    'metadata-options.http-tokens': ({ metadata }) => [metadata.HttpTokens],
    'metadata-options.http-endpoint': ({ metadata }) => [metadata.HttpEndpoint],
    'metadata-options.http-put-response-hop-limit': ({ metadata }) => [`${metadata.HttpPutResponseHopLimit}`],
    'monitoring-state': ({ monitoring }) => [monitoring ? 'enabled' : 'disabled'],
    'state-reason-code': ({ stateReason }) => [stateReason?.Code],
    tenancy: ({ placement }) => [placement.Tenancy],
    'placement-group-name': ({ placement }) => [placement.GroupName],
    'block-device-mapping.volume-id': ({ volumes }) => volumes.map(({ id }) => id),
    'block-device-mapping.device-name': ({ volumes }) => volumes.map(({ device }) => device),
    'network-interface.network-interface-id': ({ networkInterfaceId }) => [networkInterfaceId],
    'network-interface.subnet-id': ({ subnetId }) => [subnetId],
    'network-interface.vpc-id': ({ vpcId }) => [vpcId],
    'network-interface.group-id': ({ groupIds }) => groupIds,
    'instance.group-name': groupNames,
    'instance-id': ({ id }) => [id],
    'instance-state-name': ({ state }) => [state],
    'instance-state-code': ({ state }) => [`${stateAnswer(state).Code}`],
    'instance-type': ({ instanceType }) => [instanceType],
    'image-id': ({ imageId }) => [imageId],
    'reservation-id': ({ reservationId }) => [reservationId],
    'client-token': ({ clientToken }) => [clientToken],
    'key-name': ({ keyName }) => [keyName],
    'private-ip-address': ({ address, state }) => (state === 'terminated' ? [] : [address]),
    'ip-address': ({ address, state }) => (state === 'terminated' ? [] : [address]),
    'private-dns-name': (record) => [privateDnsName(ec2, record)],
    'availability-zone': ({ availabilityZone }) => [availabilityZone],
    'subnet-id': ({ subnetId }) => [subnetId],
    'vpc-id': ({ vpcId }) => [vpcId],
    'instance.group-id': ({ groupIds }) => groupIds,
    'iam-instance-profile.arn': ({ profileArn }) => [profileArn],
  }
}

/** DescribeInstanceStatus has filters of its own. */
function statusFields(lifecycle: Lifecycle): Fields<InstanceRecord> {
  const statusOf = (record: InstanceRecord): InstanceStatusSummary =>
    statusAnswer(record, lifecycle).InstanceStatus ?? {}
  const statuses = (record: InstanceRecord): (string | undefined)[] => [statusOf(record).Status]
  const reached = (record: InstanceRecord): (string | undefined)[] =>
    (statusOf(record).Details ?? []).map(({ Status }) => Status)
  return {
    'availability-zone': ({ availabilityZone }) => [availabilityZone],
    'instance-state-name': ({ state }) => [state],
    'instance-state-code': ({ state }) => [`${stateAnswer(state).Code}`],
    'instance-status.status': statuses,
    'instance-status.reachability': reached,
    'system-status.status': statuses,
    'system-status.reachability': reached,
    'event.code': () => [],
  }
}

function statusAnswer(record: InstanceRecord, lifecycle: Lifecycle): InstanceStatus {
  const status = record.state === 'running' ? lifecycle.bootState(record) : 'not-applicable'
  const passed = {
    initializing: 'initializing',
    ok: 'passed',
    impaired: 'failed',
    'not-applicable': undefined,
  } as const
  const reachability = passed[status]
  const check: InstanceStatusSummary = {
    Status: status,
    Details: reachability === undefined ? [] : [{ Name: 'reachability', Status: reachability }],
  }
  return {
    InstanceId: record.id,
    AvailabilityZone: record.availabilityZone,
    InstanceState: stateAnswer(record.state),
    InstanceStatus: check,
    SystemStatus: check,
    Events: [],
  }
}

function attributeAnswer(
  record: InstanceRecord,
  attribute: InstanceAttributeName | undefined,
): InstanceAttribute {
  switch (attribute) {
    case 'userData':
      return { UserData: record.userData === undefined ? {} : { Value: record.userData } }
    case 'instanceType':
      return { InstanceType: { Value: record.instanceType } }
    case 'disableApiTermination':
      return { DisableApiTermination: { Value: record.disableApiTermination } }
    case 'instanceInitiatedShutdownBehavior':
      return { InstanceInitiatedShutdownBehavior: { Value: record.shutdownBehavior } }
    case 'rootDeviceName':
      return { RootDeviceName: { Value: rootDevice } }
    case 'blockDeviceMapping':
      return { BlockDeviceMappings: deviceAnswers(record) }
    case 'groupSet':
      return { Groups: record.groupIds.map((GroupId) => ({ GroupId })) }
    case 'ebsOptimized':
      return { EbsOptimized: { Value: record.ebsOptimized } }
    case 'sourceDestCheck':
      return { SourceDestCheck: { Value: true } }
    case 'enaSupport':
      return { EnaSupport: { Value: true } }
    case 'productCodes':
      return { ProductCodes: [] }
    default:
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${attribute}) for parameter attribute is invalid. Unknown attribute.`,
      )
  }
}
