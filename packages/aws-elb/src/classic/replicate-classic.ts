import type { ClassicLoadBalancer } from '@viridian/aws'
import type { Steps } from '@viridian/core'
import { configureHealthCheck, modifyAttributes } from './configure-copy.ts'
import { createPolicy, readPolicyPlan, setBackendPolicies, setListenerPolicies } from './copy-policies.ts'
import { createBalancer } from './create-balancer.ts'

/** Copies a classic load balancer, each part by a step of its own. */
export const copyClassic = (t: Steps, balancer: ClassicLoadBalancer): Promise<ClassicLoadBalancer> => {
  const from = balancer.name
  return t.move({ name: 'replicate', title: `replicate the balancer ${from}` }, async (t) => {
    const { policies, listeners, backends } = await t.step(readPolicyPlan, { name: from })
    const made = await t.step(createBalancer, { balancer })
    const { name } = made
    await t.step(configureHealthCheck, { from, name })
    await t.step(modifyAttributes, { from, name })
    for (const policy of policies) await t.step(createPolicy, { from, name, policy })
    for (const listener of listeners) await t.step(setListenerPolicies, { name, ...listener })
    for (const backend of backends) await t.step(setBackendPolicies, { name, ...backend })
    return made
  })
}
