import type { Fleet } from '@viridian/aws'
import type { StepDefinition, Steps } from '@viridian/core'
import { findRetired, type RetiredFleet } from './find-retired.ts'
import { liftProtection } from './lift-protection.ts'
import { lowerSizes } from './lower-sizes.ts'
import { markRetired } from './mark-retired.ts'
import { removeGroup, seeRemoved } from './remove-group.ts'
import { removeLaunchConfiguration } from './remove-launch-configuration.ts'
import { removeWarmPool, seeNoWarmPool } from './remove-warm-pool.ts'
import { remove, type ScaleToZeroOptions, scaleToZero } from './retire-fleet.ts'
import { seeScaled } from './see-scaled.ts'

/** The moves that take away a fleet that a replica has taken the place of. None of them can be undone. */
export interface RetiredMoves {
  /**
   * Scales a group in to zero: its min at once, what it wants by halves, each seen drained and gone before the next; scale-in
   * protection is lifted. Then its tags say who has taken its place, and the tag `viridian:pin` is taken away. Scheduled
   * actions and alarms stay suspended, so that it does not wake up. Belongs behind the commit.
   * `autoscaling:UpdateAutoScalingGroup`, `autoscaling:SetInstanceProtection`, `autoscaling:CreateOrUpdateTags`.
   *
   * @throws ViridianError `E_WAIT_TIMEOUT`
   */
  scaleToZero(t: Steps, fleet: Fleet, options: ScaleToZeroOptions): Promise<void>
  /** Finds the groups that are retired, all of them or those of one DNS name, the one retired first at the top. */
  retired(t: Steps, options?: { readonly record?: string }): Promise<readonly RetiredFleet[]>
  /**
   * Deletes an empty group with its policies, schedules and hooks, waits until it is gone, and deletes its launch
   * configuration if no group uses it. Belongs behind the commit. `autoscaling:DeleteAutoScalingGroup`,
   * `autoscaling:DeleteLaunchConfiguration`.
   *
   * @throws ViridianError `E_GROUP_IN_USE` when it has instances
   */
  remove(t: Steps, fleet: Fleet): Promise<void>
}

export const retiredMoves: RetiredMoves = {
  scaleToZero,
  retired: (t, { record } = {}) => t.step(findRetired, { ...(record !== undefined && { record }) }),
  remove,
}

/** Every step that they take. */
export const retiredSteps: readonly StepDefinition[] = [
  liftProtection,
  removeWarmPool,
  seeNoWarmPool,
  lowerSizes,
  seeScaled,
  markRetired,
  findRetired,
  removeGroup,
  seeRemoved,
  removeLaunchConfiguration,
]
