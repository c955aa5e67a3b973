import { type Fleet, type InstanceRef, leaveWithinMs } from '@viridian/aws'
import type { Steps } from '@viridian/core'
import { attachInstances, seeAttached } from './attach-instances.ts'
import { retireInstance, seeRetired } from './retire-instance.ts'
import { enterStandby, seeStandby } from './standby.ts'
import { tellScaledIn } from './tell-scaled-in.ts'

/** As many ids as attach, detach and standby take in one call. */
const idsInACall = 20

/** Attaches instances to a group: see `AutoScaling.attach`. */
export function attach(t: Steps, fleet: Fleet, instances: readonly InstanceRef[]): Promise<void> {
  const ids = idsOf(instances)
  const { name: group, desired: wanted, loadBalancers } = fleet
  const all = { group, wanted, green: ids, loadBalancers, leaveWithinMs: leaveWithinMs(loadBalancers) }
  return t.move({ name: 'attach', title: `attach ${ids.length} to ${group}` }, async (t) => {
    for (const chunk of chunks(ids)) await t.step(attachInstances, { ...all, ids: chunk })
    await t.step(seeAttached, { group, ids })
  })
}

/** Moves instances of a group to standby: see `AutoScaling.standby`. */
export function standby(t: Steps, fleet: Fleet, instances: readonly InstanceRef[]): Promise<void> {
  const ids = idsOf(instances)
  const { name: group, desired: wanted, loadBalancers } = fleet
  const within = leaveWithinMs(loadBalancers)
  return t.move({ name: 'standby', title: `move ${ids.length} of ${group} to standby` }, async (t) => {
    await t.step(tellScaledIn, { group, blue: idsOf(fleet.instances), wanted })
    for (const chunk of chunks(ids))
      await t.step(enterStandby, { group, ids: chunk, loadBalancers, leaveWithinMs: within })
    await t.step(seeStandby, { group, ids, leaveWithinMs: within })
  })
}

/** Terminates named members of a group: see `AutoScaling.retire`. */
export function retire(t: Steps, { name: group }: Fleet, instances: readonly InstanceRef[]): Promise<void> {
  const ids = idsOf(instances)
  return t.move({ name: 'retire', title: `terminate ${ids.length} of ${group}` }, async (t) => {
    await Promise.all(ids.map((id) => t.step(retireInstance, { group, id })))
    await t.step(seeRetired, { group, ids })
  })
}

export const idsOf = (instances: readonly InstanceRef[]): string[] => instances.map(({ id }) => id)

function chunks(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / idsInACall)
  return Array.from({ length: count }, (_, index) => ids.slice(index * idsInACall, (index + 1) * idsInACall))
}
