import type { PolicyDescription } from '@aws-sdk/client-elastic-load-balancing'
import { type Difference, differences, sayCompared } from '@viridian/aws'
import { defineCheck } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { ownersTags, taggedFates } from '../owners-tags.ts'
import { attributesFates, descriptionFates, policyFates } from './fates.ts'
import { type BalancerSettings, readSettings } from './settings.ts'

/** The names that AWS gives the policies of its own: a copy may have one more than its original. */
const awsOwn = /^ELBSecurityPolicy-/

/** Compares a load balancer with its copy, member by member: description, attributes, policies, tags. */
export const compareBalancers = defineCheck({
  name: 'aws-elb/compare-balancers',
  version: 1,
  input: z.strictObject({ original: z.string(), copy: z.string() }),
  output: z.null(),
  calls: [
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
    'elasticloadbalancing:DescribeLoadBalancerPolicies',
    'elasticloadbalancing:DescribeTags',
  ],
  title: ({ original, copy }) => `compare ${original} with ${copy}`,
  run: async ({ original, copy }, c) => {
    const [from, to] = await Promise.all([readSettings(c, original), readSettings(c, copy)])
    sayCompared(c, `balancer ${original} and its copy ${copy}`, [
      ...differences(`balancer ${original}`, from.description, to.description, descriptionFates, {
        LoadBalancerName: copy,
      }),
      ...differences(`balancer ${original}`, from.attributes, to.attributes, attributesFates),
      ...policyDifferences(original, from, to),
      ...differences(`balancer ${original}`, ownersTags(from.tags), ownersTags(to.tags), taggedFates),
    ])
    return null
  },
})

function policyDifferences(name: string, from: BalancerSettings, to: BalancerSettings): Difference[] {
  const [ours, theirs] = [from, to].map(
    ({ policies }) => new Map(policies.map((policy) => [policy.PolicyName ?? '', policy])),
  )
  const added = [...(theirs?.keys() ?? [])].filter((policy) => !ours?.has(policy) && !awsOwn.test(policy))
  return [...(ours?.keys() ?? []), ...added].flatMap((policy) =>
    differences<PolicyDescription>(
      `balancer ${name}: policy ${policy}`,
      ours?.get(policy) ?? {},
      theirs?.get(policy) ?? {},
      policyFates,
    ),
  )
}
