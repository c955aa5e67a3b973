import {
  accountChecks,
  type Fleet,
  type InstanceRef,
  type LaunchSource,
  type LaunchSpec,
} from '@viridian/aws'
import type { Plugin, Steps } from '@viridian/core'
import { attachInstances, seeAttached } from './attach-instances.ts'
import { createLaunchConfiguration } from './create-launch-configuration.ts'
import { createLaunchTemplateVersion } from './create-launch-template-version.ts'
import { describeGroup } from './describe-group.ts'
import { setGroupLaunch } from './group-launch.ts'
import { tagGroup, untagGroup } from './group-tag.ts'
import { leftoverSteps, leftovers } from './leftovers/leftovers.ts'
import { changeMax } from './max-size.ts'
import { attach, idsOf, retire, standby } from './moves.ts'
import { type Pin, type PinOptions, pin, unpin } from './pin.ts'
import { readReadiness } from './preflight.ts'
import { resumeProcesses, suspendProcesses } from './processes.ts'
import { copyLaunch, relaunchWith } from './relaunch.ts'
import { changeReplacement } from './replacement.ts'
import { type ReplicaMoves, replicaMoves, replicaSteps } from './replica/replica-moves.ts'
import { retireInstance, seeRetired } from './retire-instance.ts'
import { type RetiredMoves, retiredMoves, retiredSteps } from './retired/retired-moves.ts'
import { seeHeld } from './see-held.ts'
import { showLive } from './show-live.ts'
import { enterStandby, seeStandby } from './standby.ts'
import { tellScaledIn } from './tell-scaled-in.ts'
import { testHealthy } from './test-healthy.ts'
import { testWhole } from './test-whole.ts'

/** The moves of Auto Scaling, for tasks. */
export interface AutoScaling extends Plugin, ReplicaMoves, RetiredMoves {
  /**
   * Reads a group, with its launch source and the balancers bound to it.
   *
   * @throws ViridianError `E_GROUP_NOT_FOUND`, `E_GROUP_NO_LAUNCH`, `E_LAUNCH_TEMPLATE_INCOMPLETE`,
   * `E_MIXED_INSTANCES_UNSUPPORTED`, `E_BALANCER_NOT_FOUND`
   *
   * @example
   * ```ts
   * const blue = await fleets.describe(t, 'web')
   * ```
   */
  describe(t: Steps, group: string): Promise<Fleet>
  /**
   * Holds a group still for a deployment, and makes room: sees that it is settled and healthy, suspends what would
   * launch or end instances by itself (AZRebalance, AlarmNotification, ScheduledActions, ReplaceUnhealthy), turns off
   * capacity rebalancing and the maximum instance lifetime, and raises max by what attaching needs. The group's tag `viridian:pin` says what to give back, and whose run holds the group: a run
   * begun on another machine is refused. Undone by giving it back.
   *
   * @throws ViridianError `E_LOCKED` with the run that holds the group; `E_GROUP_NOT_READY` with every reason;
   * `E_GROUP_CHANGED`
   *
   * @example
   * ```ts
   * const pin = await fleets.pin(t, blue)
   * // … at the very end
   * await fleets.unpin(t, pin)
   * ```
   */
  pin(t: Steps, fleet: Fleet, options?: PinOptions): Promise<Pin>
  /**
   * Gives back what `pin` has changed: what nobody else has changed since of max and other settings, processes, the tag.
   * Undone by holding the group as before.
   */
  unpin(t: Steps, pin: Pin): Promise<void>
  /**
   * Attaches running instances to the group, in chunks of 20, and waits until all of them are in service and healthy.
   * Desired rises by their number; balancers bound to the group get them. `autoscaling:AttachInstances`; undone by
   * detaching them, drained.
   *
   * @throws ViridianError `E_INSTANCE_LOST`, `E_WAIT_TIMEOUT`
   */
  attach(t: Steps, fleet: Fleet, instances: readonly InstanceRef[]): Promise<void>
  /**
   * Copies a launch source with another image, for a group that is made or pointed at it later: a launch configuration
   * under a name of its own, or a template's next version. No group is changed, but for those that launch from the
   * template's `$Latest`. Undone by deleting it, unless somebody uses it.
   *
   * @returns the copy; a template's version is a number
   * @throws ViridianError `E_LAUNCH_CHANGED`
   *
   * @example
   * ```ts
   * const source = await fleets.copyLaunch(t, blue.launch, image)
   * ```
   */
  copyLaunch(t: Steps, launch: LaunchSpec, image: string): Promise<LaunchSource>
  /**
   * Makes the group launch this image from now on: its launch source is copied as `copyLaunch` does, and it is pointed
   * at the copy.
   * A group that launches from a template's `$Latest` or `$Default` is pointed at the number behind it first, so that it
   * launches nothing in between that nobody deployed. Undone by pointing it back to what it said.
   */
  relaunchWith(t: Steps, fleet: Fleet, image: string): Promise<void>
  /**
   * Moves members of the group to standby, in chunks of 20, and waits until they are drained: still running, no longer
   * counted in desired. Where somebody has scaled the group in since it was described, the end of the run says so.
   * `autoscaling:EnterStandby`; undone by taking them back and seeing them in service, behind the balancers bound to the
   * group too.
   */
  standby(t: Steps, fleet: Fleet, instances: readonly InstanceRef[]): Promise<void>
  /**
   * Terminates exactly these members, in standby or in service, and waits until they are gone; nobody takes their place.
   * Cannot be undone: it belongs behind the commit. `autoscaling:TerminateInstanceInAutoScalingGroup`.
   */
  retire(t: Steps, fleet: Fleet, instances: readonly InstanceRef[]): Promise<void>
  /**
   * Tests, as the group sees it, that what was attached is in service and healthy, and that it has no other members than
   * these, those of the fleet that was described, and what it launches from now: nobody has scaled it meanwhile, from
   * what it launched before. A guard of the way back, beside that of the balancers; the only one, where there is none.
   *
   * @throws ViridianError `E_INSTANCE_LOST`, `E_GROUP_CHANGED`
   *
   * @example
   * ```ts
   * await t.keep('10m', (watch) => fleets.healthy(watch, blue, green))
   * ```
   */
  healthy(t: Steps, fleet: Fleet, instances: readonly InstanceRef[]): Promise<void>
  /**
   * Tests that a group has as many instances as it wants, in service and healthy.
   *
   * @throws ViridianError `E_GROUP_NOT_WHOLE`
   */
  whole(t: Steps, fleet: Fleet): Promise<void>
  /**
   * Says at the end of the run what the group is made of now (sizes, launch source, image, instances), and what is kept
   * of the fleet that was described before.
   */
  show(t: Steps, fleet: Fleet): Promise<void>
}

/**
 * The plugin for EC2 Auto Scaling: groups, launch templates and launch configurations, attach and retire.
 *
 * @example
 * ```ts
 * const fleets = autoScaling()
 * ```
 */
export const autoScaling = (): AutoScaling => ({
  name: 'aws-autoscaling',
  module: '@viridian/aws-autoscaling',
  settings: {},
  steps: [
    describeGroup,
    readReadiness,
    seeHeld,
    tagGroup,
    untagGroup,
    suspendProcesses,
    resumeProcesses,
    changeMax,
    changeReplacement,
    attachInstances,
    seeAttached,
    createLaunchConfiguration,
    createLaunchTemplateVersion,
    setGroupLaunch,
    tellScaledIn,
    enterStandby,
    seeStandby,
    retireInstance,
    seeRetired,
    testHealthy,
    testWhole,
    showLive,
    ...replicaSteps,
    ...retiredSteps,
    ...leftoverSteps,
  ],
  leftovers,
  checks: accountChecks,
  ...replicaMoves,
  ...retiredMoves,
  describe: (t, group) => t.step(describeGroup, { group }),
  pin: (t, fleet, options = {}) => pin(t, fleet, options),
  unpin,
  attach,
  copyLaunch,
  relaunchWith,
  standby,
  retire,
  healthy: async (t, blue, green) => {
    await t.step(testHealthy, { group: blue.name, blue: idsOf(blue.instances), green: idsOf(green) })
  },
  whole: async (t, { name: group }) => {
    await t.step(testWhole, { group })
  },
  show: async (t, { name: group, launch: before }) => {
    await t.step(showLive, { group, before })
  },
})
