import { type CreateWebACLCommandInput, WAFV2 } from '@aws-sdk/client-wafv2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TargetGroups } from '../testing/target-groups.ts'
import { openTestCloud, refusal, type TestCloud, until } from '../testing/test-cloud.ts'

let cloud: TestCloud
let groups: TargetGroups
let waf: WAFV2

beforeAll(async () => {
  cloud = await openTestCloud()
  groups = new TargetGroups(cloud)
  waf = new WAFV2(cloud.config)
})

afterAll(async () => {
  groups.close()
  waf.destroy()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const Scope = 'REGIONAL'

const asked = (Name: string): CreateWebACLCommandInput => ({
  Name,
  Scope,
  DefaultAction: { Allow: {} },
  VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: Name },
})

/** A load balancer that is active. */
async function balancer(name: string): Promise<string> {
  const arn = await groups.createBalancer(name)
  await until(async () => {
    const { LoadBalancers } = await groups.client.describeLoadBalancers({ LoadBalancerArns: [arn] })
    return LoadBalancers?.[0]?.State?.Code === 'active'
  }, 'active')
  return arn
}

test('a web ACL is put in front of load balancers, and taken away', async () => {
  const { Summary } = await waf.createWebACL({ ...asked('front'), Tags: [{ Key: 'team', Value: 'web' }] })
  const { ARN: WebACLArn = '', Id, LockToken } = Summary ?? {}
  expect(WebACLArn).toMatch(/^arn:aws:wafv2:eu-west-1:\d{12}:regional\/webacl\/front\/[0-9a-f-]{36}$/)
  const ResourceArn = await balancer('guarded')
  expect((await waf.getWebACLForResource({ ResourceArn })).WebACL).toBeUndefined()
  await waf.associateWebACL({ WebACLArn, ResourceArn })
  expect((await waf.getWebACLForResource({ ResourceArn })).WebACL).toMatchObject({
    Name: 'front',
    ARN: WebACLArn,
    DefaultAction: { Allow: {} },
  })
  expect((await waf.listResourcesForWebACL({ WebACLArn })).ResourceArns).toEqual([ResourceArn])
  expect(await refusal(waf.deleteWebACL({ Name: 'front', Scope, Id, LockToken }))).toMatch(
    /^WAFAssociatedItemException/,
  )
  await waf.disassociateWebACL({ ResourceArn })
  await waf.disassociateWebACL({ ResourceArn })
  expect((await waf.getWebACLForResource({ ResourceArn })).WebACL).toBeUndefined()

  // What goes takes its association with it.
  await waf.associateWebACL({ WebACLArn, ResourceArn })
  await groups.client.deleteLoadBalancer({ LoadBalancerArn: ResourceArn })
  expect(await refusal(waf.getWebACLForResource({ ResourceArn }))).toMatch(/^WAFNonexistentItemException/)
  expect((await waf.listWebACLs({ Scope })).WebACLs?.map(({ Name }) => Name)).toEqual(['front'])
  const stale = waf.deleteWebACL({ Name: 'front', Scope, Id, LockToken: 'another' })
  expect(await refusal(stale)).toMatch(/^WAFOptimisticLockException/)
  await waf.deleteWebACL({ Name: 'front', Scope, Id, LockToken })
  expect((await waf.listWebACLs({ Scope })).WebACLs).toEqual([])
})

test('a load balancer that is not ready yet, or of another kind, is refused', async () => {
  const { Summary } = await waf.createWebACL(asked('early'))
  const associated = (ResourceArn: string) =>
    refusal(waf.associateWebACL({ WebACLArn: Summary?.ARN, ResourceArn }))
  const network = await groups.createBalancer('network', { Type: 'network' })
  expect(await associated(network)).toMatch(/^WAFInvalidParameterException/)
  const gone = await balancer('gone')
  await groups.client.deleteLoadBalancer({ LoadBalancerArn: gone })
  expect(await associated(gone)).toMatch(/^WAFNonexistentItemException/)
  expect(await refusal(waf.createWebACL(asked('early')))).toMatch(/^WAFDuplicateItemException/)
  expect(await refusal(waf.createWebACL({ ...asked('edge'), Scope: 'CLOUDFRONT' }))).toContain(
    'The local cloud has no web ACLs of scope CLOUDFRONT',
  )
})
