import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { type Fleet, pinTag, type ReplacementSettings } from '@viridian/aws'
import { parsePin, replacementIn } from '../pin-tag.ts'
import { replacementOf, replacesNone } from '../replacement.ts'

/** What a group is without the pin of a run. */
export interface Unpinned {
  readonly max: number
  readonly suspended: readonly string[]
  readonly replacement: ReplacementSettings
}

/** A described fleet without the pin that it had. */
export const unpinnedFleet = ({ max, suspended, replacement = replacesNone, pin }: Fleet): Unpinned =>
  unpinned({ max, suspended, replacement }, pin)

/** A group as Auto Scaling describes it, without its pin. */
export function unpinnedGroup(
  group: Pick<
    AutoScalingGroup,
    'MaxSize' | 'SuspendedProcesses' | 'CapacityRebalance' | 'MaxInstanceLifetime' | 'Tags'
  >,
): Unpinned {
  const suspended = (group.SuspendedProcesses ?? []).map(({ ProcessName = '' }) => ProcessName)
  const now = { max: group.MaxSize ?? 0, suspended, replacement: replacementOf(group) }
  return unpinned(now, group.Tags?.find(({ Key }) => Key === pinTag)?.Value)
}

function unpinned(now: Unpinned, pin: string | undefined): Unpinned {
  const pinned = pin === undefined ? undefined : parsePin(pin)
  if (!pinned) return now
  return {
    max: pinned.max,
    suspended: now.suspended.filter((process) => !pinned.processes.includes(process)),
    replacement: replacementIn(pinned) ?? now.replacement,
  }
}
