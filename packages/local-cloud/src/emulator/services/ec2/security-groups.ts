import { isDeepStrictEqual } from 'node:util'
import type { SecurityGroup } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { findAll, findOne, kinds, newId } from './ids.ts'
import { vpcId } from './network.ts'
import { ec2Page } from './pages.ts'
import type { SecurityGroupRecord } from './records.ts'
import { setTags, specifiedTags, tagList, tagsOf } from './tags.ts'

/** The group that every VPC has; the same in every cloud. */
export const defaultGroupId = 'sg-00000000000000001'

/** Puts the default group into a new cloud's records. */
export function ensureDefaultGroup(ec2: Ec2Context): void {
  ec2.records.securityGroups[defaultGroupId] ??= {
    id: defaultGroupId,
    name: 'default',
    description: 'default VPC security group',
    vpcId,
    createdAt: ec2.now(),
    ingress: [],
  }
}

/** @throws AwsError `InvalidGroup.NotFound` */
export function groupByName({ records }: Ec2Context, name: string): SecurityGroupRecord {
  const group = Object.values(records.securityGroups).find((each) => each.name === name)
  if (group === undefined) {
    throw new AwsError(
      'InvalidGroup.NotFound',
      `The security group '${name}' does not exist in default VPC '${vpcId}'`,
    )
  }
  return group
}

const fields: Fields<SecurityGroupRecord> = {
  'group-id': ({ id }) => [id],
  'group-name': ({ name }) => [name],
  'vpc-id': (group) => [group.vpcId],
  description: ({ description }) => [description],
}

export function securityGroupHandlers(ec2: Ec2Context): Ec2Handlers {
  const groups = ec2.records.securityGroups
  const named = (id: string | undefined, name: string | undefined): SecurityGroupRecord =>
    id === undefined ? groupByName(ec2, name ?? '') : findOne(kinds.securityGroup, groups, id)
  return {
    CreateSecurityGroup({ GroupName = '', Description = '', VpcId = vpcId, TagSpecifications }) {
      findOne(kinds.vpc, { [vpcId]: true }, VpcId)
      const tags = specifiedTags(TagSpecifications, ['security-group']).get('security-group') ?? {}
      if (Object.values(groups).some(({ name }) => name === GroupName)) {
        throw new AwsError(
          'InvalidGroup.Duplicate',
          `The security group '${GroupName}' already exists for VPC '${VpcId}'`,
        )
      }
      const id = newId('sg')
      groups[id] = {
        id,
        name: GroupName,
        description: Description,
        vpcId: VpcId,
        createdAt: ec2.now(),
        ingress: [],
      }
      setTags(ec2, id, tags)
      ec2.save()
      return { GroupId: id, SecurityGroupArn: arnOf(ec2, id), Tags: tagList(ec2, id) }
    },
    DescribeSecurityGroups(input) {
      const byName = (input.GroupNames ?? []).map((name) => groupByName(ec2, name))
      const byId = findAll(kinds.securityGroup, groups, input.GroupIds ?? [])
      const asked = input.GroupNames !== undefined || input.GroupIds !== undefined
      const found = filtered(
        asked ? [...byId, ...byName] : Object.values(groups),
        input.Filters,
        fields,
        ({ id }) => tagsOf(ec2, id),
      )
      const { items, next } = ec2Page(found, input)
      return { SecurityGroups: items.map((group) => answer(ec2, group)), NextToken: next }
    },
    DeleteSecurityGroup({ GroupId, GroupName }) {
      const { id, name } = named(GroupId, GroupName)
      if (id === defaultGroupId) {
        throw new AwsError(
          'CannotDelete',
          `the specified group: "${id}" name: "${name}" cannot be deleted by a user`,
        )
      }
      if (isUsed(ec2, id)) {
        throw new AwsError('DependencyViolation', `resource ${id} has a dependent object`)
      }
      delete groups[id]
      delete ec2.records.tags[id]
      ec2.save()
      return { Return: true, GroupId: id }
    },
    AuthorizeSecurityGroupIngress({ GroupId, GroupName, IpPermissions, ...rule }) {
      const group = named(GroupId, GroupName)
      const { IpProtocol, FromPort, ToPort, CidrIp } = rule
      const given = IpPermissions ?? [
        { IpProtocol, FromPort, ToPort, IpRanges: CidrIp === undefined ? [] : [{ CidrIp }] },
      ]
      for (const permission of given) {
        const plain = JSON.parse(JSON.stringify(permission))
        if (group.ingress.some((each) => isDeepStrictEqual(each, plain))) {
          throw new AwsError('InvalidPermission.Duplicate', 'the specified rule already exists')
        }
        group.ingress.push(plain)
      }
      ec2.save()
      return { Return: true, SecurityGroupRules: [] }
    },
  }
}

/** By an instance, by another service, or by a rule of another group. */
function isUsed({ records, isGroupUsed }: Ec2Context, id: string): boolean {
  const { instances, securityGroups } = records
  return (
    Object.values(instances).some(({ state, groupIds }) => state !== 'terminated' && groupIds.includes(id)) ||
    isGroupUsed?.(id) === true ||
    Object.values(securityGroups).some((group) => group.id !== id && admits(group, id))
  )
}

function admits({ ingress }: SecurityGroupRecord, id: string): boolean {
  return ingress.some(({ UserIdGroupPairs = [] }) => UserIdGroupPairs.some(({ GroupId }) => GroupId === id))
}

function answer(ec2: Ec2Context, group: SecurityGroupRecord): SecurityGroup {
  return {
    GroupId: group.id,
    GroupName: group.name,
    SecurityGroupArn: arnOf(ec2, group.id),
    Description: group.description,
    OwnerId: ec2.account,
    VpcId: group.vpcId,
    IpPermissions: group.ingress,
    IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    Tags: tagList(ec2, group.id),
  }
}

function arnOf({ region, account }: Ec2Context, id: string): string {
  return `arn:aws:ec2:${region}:${account}:security-group/${id}`
}
