import type { CreateWebACLRequest, VisibilityConfig, WebACL, WebACLSummary } from '@aws-sdk/client-wafv2'
import { AwsError } from '../../service.ts'

/** A web ACL as the store keeps it: plain JSON. */
export interface WebAcl {
  readonly id: string
  readonly arn: string
  readonly name: string
  readonly description?: string
  readonly defaultAction: 'allow' | 'block'
  readonly visibility: VisibilityConfig
  /** What a change has to name, so that it is made to what its caller has seen. */
  readonly lockToken: string
  readonly tags: Readonly<Record<string, string>>
}

/** What a request says of a new one. */
export function readAcl(input: CreateWebACLRequest): Pick<WebAcl, 'name' | 'defaultAction' | 'visibility'> {
  const { Name: name = '', Scope, DefaultAction, VisibilityConfig: visibility, Rules = [] } = input
  checkScope(Scope)
  if (!/^[\w-]{1,128}$/.test(name)) throw invalidParameter(`The name "${name}" is not valid`)
  if (Rules.length > 0) throw invalidParameter('The local cloud has no rules of web ACLs: leave Rules out')
  if (visibility === undefined) throw invalidParameter('A visibility configuration is required')
  const { Allow, Block } = DefaultAction ?? {}
  if ((Allow === undefined) === (Block === undefined))
    throw invalidParameter('You must specify exactly one default action')
  return { name, defaultAction: Allow === undefined ? 'block' : 'allow', visibility }
}

export function checkScope(scope: string | undefined): void {
  if (scope !== 'REGIONAL')
    throw invalidParameter(`The local cloud has no web ACLs of scope ${scope}: it has REGIONAL`)
}

export function summaryOf({ name, id, arn, lockToken, description }: WebAcl): WebACLSummary {
  return {
    Name: name,
    Id: id,
    ARN: arn,
    LockToken: lockToken,
    ...(description !== undefined && { Description: description }),
  }
}

export function describeAcl({ name, id, arn, description, defaultAction, visibility }: WebAcl): WebACL {
  return {
    Name: name,
    Id: id,
    ARN: arn,
    ...(description !== undefined && { Description: description }),
    DefaultAction: defaultAction === 'allow' ? { Allow: {} } : { Block: {} },
    VisibilityConfig: visibility,
    Rules: [],
    Capacity: 0,
    ManagedByFirewallManager: false,
  }
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('WAFInvalidParameterException', `Error reason: ${message}`)
}
