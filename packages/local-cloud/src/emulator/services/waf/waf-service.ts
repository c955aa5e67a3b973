import { randomUUID } from 'node:crypto'
import { sdk } from '../../sdk.ts'
import { AwsError, type Handlers, type Service } from '../../service.ts'
import type { Store } from '../../store.ts'
import { pageOf } from '../page.ts'
import { taggedWith } from '../tag-set.ts'
import { checkScope, describeAcl, invalidParameter, readAcl, summaryOf, type WebAcl } from './web-acl.ts'

const client = sdk.wafV2

interface Slice {
  readonly acls: Record<string, WebAcl>
  /** The ARN of the web ACL in front of each resource, by its ARN. */
  readonly associations: Record<string, string>
}

/** What a web ACL may be put in front of, as its own service sees it. */
export type ProtectedState = 'missing' | 'provisioning' | 'active'

export interface WafParts {
  readonly store: Store
  readonly region: string
  readonly account: string
  /** How an Application Load Balancer stands, by its ARN. */
  readonly stateOf: (arn: string) => ProtectedState
}

/** AWS WAF (API version 2019-07-29): web ACLs and what they are in front of. They keep nobody out. */
export function wafService(parts: WafParts): Service<typeof client> {
  return { signingName: 'wafv2', client, handlers: handlersOf(parts) }
}

function handlersOf({ store, region, account, stateOf }: WafParts): Handlers<typeof client> {
  const { acls, associations } = store.slice<Slice>('wafv2', () => ({ acls: {}, associations: {} }))
  const find = (arn = ''): WebAcl => {
    const found = acls[arn]
    if (found === undefined) throw nonexistent()
    return found
  }
  const named = ({
    Name,
    Scope,
    Id,
  }: {
    Name?: string | undefined
    Scope?: string | undefined
    Id?: string | undefined
  }): WebAcl => {
    checkScope(Scope)
    return find(Object.values(acls).find(({ name, id }) => name === Name && id === Id)?.arn)
  }
  // A load balancer that is gone takes its association with it.
  const guarded = (acl: string): string[] =>
    Object.keys(associations).filter((arn) => associations[arn] === acl && stateOf(arn) !== 'missing')
  return {
    CreateWebACL(input) {
      const asked = readAcl(input)
      if (Object.values(acls).some(({ name }) => name === asked.name))
        throw new AwsError(
          'WAFDuplicateItemException',
          "WAF couldn't perform the operation because some resource in your request is a duplicate of an existing one.",
        )
      const id = randomUUID()
      const arn = `arn:aws:wafv2:${region}:${account}:regional/webacl/${asked.name}/${id}`
      const { Description: description, Tags = [] } = input
      const tags = taggedWith({}, Tags, tagRefusals)
      const acl = {
        id,
        arn,
        ...asked,
        ...(description !== undefined && { description }),
        lockToken: randomUUID(),
        tags,
      }
      acls[arn] = acl
      store.save()
      return { Summary: summaryOf(acl) }
    },
    GetWebACL(input) {
      const acl = input.ARN === undefined ? named(input) : find(input.ARN)
      return { WebACL: describeAcl(acl), LockToken: acl.lockToken }
    },
    ListWebACLs({ Scope, NextMarker, Limit = 100 }) {
      checkScope(Scope)
      const page = pageOf(Object.values(acls), Limit, NextMarker, () =>
        invalidParameter('The marker is not valid'),
      )
      return {
        WebACLs: page.items.map(summaryOf),
        ...(page.next !== undefined && { NextMarker: page.next }),
      }
    },
    DeleteWebACL(input) {
      const { arn, lockToken } = named(input)
      if (input.LockToken !== lockToken)
        throw new AwsError(
          'WAFOptimisticLockException',
          "WAF couldn't save your changes because someone changed the resource after you started to edit it.",
        )
      if (guarded(arn).length > 0)
        throw new AwsError(
          'WAFAssociatedItemException',
          "WAF couldn't perform the operation because your resource is being used by another resource or it's associated with another resource.",
        )
      delete acls[arn]
      store.save()
      return {}
    },
    ListTagsForResource({ ResourceARN }) {
      const TagList = Object.entries(find(ResourceARN).tags).map(([Key, Value]) => ({ Key, Value }))
      return { TagInfoForResource: { ResourceARN, TagList } }
    },
    ListResourcesForWebACL({ WebACLArn, ResourceType = 'APPLICATION_LOAD_BALANCER' }) {
      const { arn } = find(WebACLArn)
      return { ResourceArns: ResourceType === 'APPLICATION_LOAD_BALANCER' ? guarded(arn) : [] }
    },
    AssociateWebACL({ WebACLArn, ResourceArn }) {
      const { arn } = find(WebACLArn)
      associations[findResource(ResourceArn, stateOf)] = arn
      store.save()
      return {}
    },
    DisassociateWebACL({ ResourceArn }) {
      delete associations[findResource(ResourceArn, stateOf)]
      store.save()
      return {}
    },
    GetWebACLForResource({ ResourceArn }) {
      const acl = associations[findResource(ResourceArn, stateOf)]
      return acl === undefined ? {} : { WebACL: describeAcl(find(acl)) }
    },
  }
}

const tagRefusals = {
  thing: 'A web ACL',
  repeated: 'WAFInvalidParameterException',
  reserved: 'WAFInvalidParameterException',
  tooMany: 'WAFLimitsExceededException',
}

function findResource(arn = '', stateOf: WafParts['stateOf']): string {
  if (!/^arn:aws:elasticloadbalancing:[^:]+:\d{12}:loadbalancer\/app\//.test(arn))
    throw invalidParameter("The ARN isn't valid")
  const state = stateOf(arn)
  if (state === 'missing') throw nonexistent()
  if (state === 'provisioning')
    throw new AwsError(
      'WAFUnavailableEntityException',
      "WAF couldn't retrieve the resource that you requested. Retry your request.",
    )
  return arn
}

function nonexistent(): AwsError {
  return new AwsError(
    'WAFNonexistentItemException',
    "WAF couldn't perform the operation because your resource doesn't exist.",
  )
}
