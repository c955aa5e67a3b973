import { type Fleet, pinTag } from '@viridian/aws'
import type { Steps } from '@viridian/core'
import { untagGroup } from '../group-tag.ts'
import { resumeProcesses, suspendProcesses } from '../processes.ts'
import { readState } from '../replica/read-state.ts'
import { liftProtection, protectionChunks } from './lift-protection.ts'
import { lowerSizes } from './lower-sizes.ts'
import { markRetired } from './mark-retired.ts'
import { removeGroup, seeRemoved } from './remove-group.ts'
import { removeLaunchConfiguration } from './remove-launch-configuration.ts'
import { removeLaunchTemplateVersion } from './remove-launch-template-version.ts'
import { removeWarmPool, seeNoWarmPool } from './remove-warm-pool.ts'
import { seeScaled } from './see-scaled.ts'
import { testGone } from './test-gone.ts'

/** What would wake up a group at zero. */
const wakingProcesses = ['AlarmNotification', 'ScheduledActions']

/** What a group at zero is tagged with, so that a clean-up finds it and knows who serves in its place. */
export interface ScaleToZeroOptions {
  /** The group that has taken its place. */
  readonly successor: string
  /** The name in DNS that leads to the successor. */
  readonly record?: string
  /** Since when the successor serves. */
  readonly since: Date
}

/** Scales a fleet in to zero, step by step: see `RetiredMoves.scaleToZero`. */
export function scaleToZero(
  t: Steps,
  { name: group }: Fleet,
  { successor, record, since }: ScaleToZeroOptions,
): Promise<void> {
  return t.move({ name: 'scale-to-zero', title: `scale ${group} to zero` }, async (t) => {
    if (await t.step(testGone, { group })) return
    const state = await t.step(readState, { group })
    await t.step(suspendProcesses, { group, processes: wakingProcesses })
    if (state.suspended.includes('Terminate'))
      await t.step(resumeProcesses, { group, processes: ['Terminate'] })
    if (state.warmPool) {
      await t.step(removeWarmPool, { group })
      await t.step(seeNoWarmPool, { group })
    }
    for (const ids of protectionChunks(state.protected)) await t.step(liftProtection, { group, ids })
    await t.step(lowerSizes, { group, min: 0, desired: state.desired })
    for (const desired of halvesOf(state.desired)) {
      await t.step(lowerSizes, { group, min: 0, desired })
      await t.step(seeScaled, { group, count: desired })
    }
    await t.step(markRetired, {
      group,
      successor,
      ...(record !== undefined && { record }),
      since: since.toISOString(),
    })
    if (state.pin !== null) await t.step(untagGroup, { group, key: pinTag, value: state.pin })
  })
}

/** Deletes a fleet's group, and its launch source: see `RetiredMoves.remove`. */
export function remove(t: Steps, { name: group, launch: { source } }: Fleet): Promise<void> {
  return t.move({ name: 'remove', title: `remove ${group}` }, async (t) => {
    await t.step(removeGroup, { group })
    await t.step(seeRemoved, { group })
    if (source.kind === 'launchConfiguration') await t.step(removeLaunchConfiguration, { name: source.name })
    else await t.step(removeLaunchTemplateVersion, { source })
  })
}

/** From 8: 4, 2, 1, 0. */
export function halvesOf(count: number): number[] {
  if (count <= 0) return []
  const half = Math.floor(count / 2)
  return [half, ...halvesOf(half)]
}
