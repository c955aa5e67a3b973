import type { Front, LoadBalancer } from '@viridian/aws'
import { type Steps, ViridianError } from '@viridian/core'
import { compareBalancers } from './classic/compare-balancers.ts'
import { loadBalancerRef, targetGroupRef } from './resource-ref.ts'
import { usedFronts } from './used-fronts.ts'
import { compareFronts } from './v2/compare-fronts.ts'

/** Compares load balancers with their copies: see `Elb.compare`. */
export async function compare(
  t: Steps,
  originals: readonly LoadBalancer[],
  copies: readonly LoadBalancer[],
): Promise<void> {
  const fronts = usedFronts(copies)
  const pairs = usedFronts(originals).map((original, index) => [original, fronts[index]] as const)
  const isWhole = copies.length === originals.length && fronts.length === pairs.length
  if (!isWhole)
    throw differ(`${originals.length} load balancers are to be compared with ${copies.length} copies`)
  for (const [original, copy] of pairs) await compareFront(t, original, copy)
}

async function compareFront(t: Steps, original: Front, copy: Front | undefined): Promise<void> {
  if (original.kind === 'classic' && copy?.kind === 'classic') {
    await t.step(compareBalancers, { original: original.name, copy: copy.name })
    return
  }
  if (original.kind === 'classic' || !copy || copy.kind === 'classic')
    throw differ(`load balancer ${original.name} is ${original.kind}, and its copy is ${copy?.kind}`)
  await t.step(compareFronts, {
    original: loadBalancerRef(original),
    copy: loadBalancerRef(copy),
    targetGroups: original.targetGroups.flatMap((group, index) => {
      const other = copy.targetGroups[index]
      return other ? [{ original: targetGroupRef(group), copy: targetGroupRef(other) }] : []
    }),
  })
}

const differ = (message: string): ViridianError =>
  new ViridianError('E_REPLICA_DIFFERS', message, {
    hint: 'give both lists in full, in the same order: a group may have changed its balancers meanwhile',
  })
