import { balancerName, type ClassicLoadBalancer, classicOnly, type LoadBalancer } from '@viridian/aws'
import { type Steps, ViridianError } from '@viridian/core'
import { configureHealthCheck, modifyAttributes } from './configure-copy.ts'
import { createPolicy, readPolicyPlan, setBackendPolicies, setListenerPolicies } from './copy-policies.ts'
import { createBalancer } from './create-balancer.ts'

/** Copies of load balancers. */
export interface BalancerReplica {
  /** In the order of their originals. */
  readonly balancers: LoadBalancer[]
  /** By an original's name, its copy's: `balancers` of `Counterparts`. */
  readonly names: Record<string, string>
}

/** Copies load balancers: see `Elb.replicate`. */
export async function replicate(t: Steps, originals: readonly LoadBalancer[]): Promise<BalancerReplica> {
  if (originals.length === 0)
    throw new ViridianError('E_BALANCER_NONE', 'there is no load balancer to copy', {
      hint: 'users reach a replica through a copy of its balancer: attach one to the group first',
    })
  const balancers: LoadBalancer[] = []
  const names: Record<string, string> = {}
  for (const original of originals.map(classicOnly)) {
    const made = await copy(t, original)
    balancers.push(made)
    names[original.name] = balancerName(made)
  }
  return { balancers, names }
}

const copy = (t: Steps, balancer: ClassicLoadBalancer): Promise<LoadBalancer> => {
  const from = balancer.name
  return t.move({ name: 'replicate', title: `replicate the balancer ${from}` }, async (t) => {
    const { policies, listeners, backends } = await t.step(readPolicyPlan, { name: from })
    const made = await t.step(createBalancer, { balancer })
    const name = balancerName(made)
    await t.step(configureHealthCheck, { from, name })
    await t.step(modifyAttributes, { from, name })
    for (const policy of policies) await t.step(createPolicy, { from, name, policy })
    for (const listener of listeners) await t.step(setListenerPolicies, { name, ...listener })
    for (const backend of backends) await t.step(setBackendPolicies, { name, ...backend })
    return made
  })
}
