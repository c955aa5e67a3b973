import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { type Fleet, pinTag } from '@viridian/aws'
import { parsePin } from '../pin-tag.ts'

/** What a group is without the pin of a run. */
export interface Unpinned {
  readonly max: number
  readonly suspended: readonly string[]
}

/** A described fleet without the pin that it had. */
export const unpinnedFleet = ({ max, suspended, pin }: Fleet): Unpinned => unpinned(max, suspended, pin)

/** A group as Auto Scaling describes it, without its pin. */
export function unpinnedGroup(
  group: Pick<AutoScalingGroup, 'MaxSize' | 'SuspendedProcesses' | 'Tags'>,
): Unpinned {
  const suspended = (group.SuspendedProcesses ?? []).map(({ ProcessName = '' }) => ProcessName)
  return unpinned(group.MaxSize ?? 0, suspended, group.Tags?.find(({ Key }) => Key === pinTag)?.Value)
}

function unpinned(max: number, suspended: readonly string[], pin: string | undefined): Unpinned {
  const pinned = pin === undefined ? undefined : parsePin(pin)
  if (!pinned) return { max, suspended }
  return {
    max: pinned.max,
    suspended: suspended.filter((process) => !pinned.processes.includes(process)),
  }
}
