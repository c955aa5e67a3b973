import { balancerTitle, type LoadBalancerV2, type TargetGroup } from '@viridian/aws'
import type { Steps } from '@viridian/core'
import { type LoadBalancerRef, loadBalancerRef, targetGroupRef } from '../resource-ref.ts'
import type { CopiedGroups } from './actions.ts'
import { seeActive } from './active.ts'
import { reserveCapacity } from './capacity.ts'
import { copyAttributes } from './copy-attributes.ts'
import { addCertificate, createListener, createRule } from './copy-listeners.ts'
import { createLoadBalancer } from './create-load-balancer.ts'
import { createTargetGroup } from './create-target-group.ts'
import { setDeletionProtection } from './deletion-protection.ts'
import type { FrontPlan } from './front-plan.ts'
import { trustPrivateLink } from './private-link.ts'
import { associateWebAcl } from './web-acl.ts'

/** Makes a copy of a target group, which no load balancer uses yet. */
export const copyTargetGroup = (t: Steps, original: TargetGroup): Promise<TargetGroup> => {
  const title = balancerTitle(original)
  return t.move({ name: 'replicate', title: `replicate ${title}` }, async (t) => {
    const made = await t.step(createTargetGroup, { balancer: original })
    const copy = targetGroupRef(made)
    await t.step(copyAttributes, { of: 'TargetGroup', from: original.arn, to: made.arn, copy, title })
    return made
  })
}

/** Makes a copy of a load balancer, with all that it has, which leads to the copies of its target groups. */
export const copyFront = (
  t: Steps,
  original: LoadBalancerV2,
  plan: FrontPlan,
  groups: CopiedGroups,
): Promise<LoadBalancerV2> => {
  const title = balancerTitle(original)
  return t.move({ name: 'replicate', title: `replicate ${title}` }, async (t) => {
    const made = await t.step(createLoadBalancer, { balancer: original })
    const copy = loadBalancerRef(made)
    await t.step(copyAttributes, { of: 'LoadBalancer', from: original.arn, to: made.arn, copy, title })
    if (plan.trustsPrivateLink) await t.step(trustPrivateLink, { copy })
    for (const listener of plan.listeners) await copyListener(t, listener, copy, groups)
    await t.step(seeActive, { balancer: copy })
    if (plan.webAcl !== null) await t.step(associateWebAcl, { webAcl: plan.webAcl, copy })
    if (plan.capacity !== null) await t.step(reserveCapacity, { copy, units: plan.capacity })
    if (plan.isProtected) await t.step(setDeletionProtection, { balancer: copy, enabled: true })
    return made
  })
}

async function copyListener(
  t: Steps,
  { arn: from, title, certificates, rules }: FrontPlan['listeners'][number],
  copy: LoadBalancerRef,
  groups: CopiedGroups,
): Promise<void> {
  const { arn: listener } = await t.step(createListener, { from, title, copy, groups })
  await t.step(copyAttributes, { of: 'Listener', from, to: listener, copy, title })
  for (const certificate of certificates)
    await t.step(addCertificate, { from: certificate, title, copy, listener })
  for (const rule of rules)
    await t.step(createRule, { from: rule.arn, title: rule.title, copy, listener, groups })
}
