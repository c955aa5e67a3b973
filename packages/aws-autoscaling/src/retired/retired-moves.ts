import type { Fleet } from '@viridian/aws'
import type { StepDefinition, Steps } from '@viridian/core'
import { findRetired, type RetiredFleet } from './find-retired.ts'
import { liftProtection } from './lift-protection.ts'
import { lowerSizes } from './lower-sizes.ts'
import { markRetired } from './mark-retired.ts'
import { readRemovable } from './read-removable.ts'
import { removeGroup, seeRemoved } from './remove-group.ts'
import { removeLaunchConfiguration } from './remove-launch-configuration.ts'
import { removeLaunchTemplateVersion } from './remove-launch-template-version.ts'
import { removeWarmPool, seeNoWarmPool } from './remove-warm-pool.ts'
import { remove, type ScaleToZeroOptions, scaleToZero } from './retire-fleet.ts'
import { seeScaled } from './see-scaled.ts'
import { testGone } from './test-gone.ts'

/** The moves that take away a fleet that a replica has taken the place of. None of them can be undone. */
export interface RetiredMoves {
  /**
   * Scales a group in to zero: its min at once, what it wants by halves, each seen drained and gone before the next; scale-in
   * protection is lifted. Then its tags say who has taken its place, and the tag `viridian:pin` is taken away. Scheduled
   * actions and alarms stay suspended, so that it does not wake up. Of a group that somebody has deleted nothing is left to
   * do. Cannot be undone: it belongs behind the commit.
   * `autoscaling:UpdateAutoScalingGroup`, `autoscaling:SetInstanceProtection`, `autoscaling:CreateOrUpdateTags`.
   *
   * @throws ViridianError `E_WAIT_TIMEOUT`
   */
  scaleToZero(t: Steps, fleet: Fleet, options: ScaleToZeroOptions): Promise<void>
  /** Finds the groups that are retired, all of them or those of one DNS name, the one retired first at the top. */
  retired(t: Steps, options?: { readonly record?: string }): Promise<readonly RetiredFleet[]>
  /**
   * Sees that fleets are empty, so that `remove` will take them away.
   *
   * @throws ViridianError `E_GROUP_IN_USE`
   */
  removable(t: Steps, fleets: readonly Fleet[]): Promise<void>
  /**
   * Deletes an empty group with its policies, schedules and hooks, waits until it is gone, and deletes its launch source:
   * a launch configuration that no group uses, or a launch template's version that no group names and that is not the
   * default. Cannot be undone: it belongs behind the commit. `autoscaling:DeleteAutoScalingGroup`,
   * `autoscaling:DeleteLaunchConfiguration`, `ec2:DeleteLaunchTemplateVersions`.
   *
   * @throws ViridianError `E_GROUP_IN_USE` when it has instances
   */
  remove(t: Steps, fleet: Fleet): Promise<void>
}

export const retiredMoves: RetiredMoves = {
  scaleToZero,
  retired: (t, { record } = {}) => t.step(findRetired, { ...(record !== undefined && { record }) }),
  removable: async (t, fleets) => {
    if (fleets.length > 0) await t.step(readRemovable, { groups: fleets.map(({ name }) => name) })
  },
  remove,
}

/** Every step that they take. */
export const retiredSteps: readonly StepDefinition[] = [
  testGone,
  liftProtection,
  removeWarmPool,
  seeNoWarmPool,
  lowerSizes,
  seeScaled,
  markRetired,
  findRetired,
  readRemovable,
  removeGroup,
  seeRemoved,
  removeLaunchConfiguration,
  removeLaunchTemplateVersion,
]
