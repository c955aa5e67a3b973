import { accountChecks, type Counterparts, type Fleet, type LoadBalancer } from '@viridian/aws'
import type { Plugin, Steps } from '@viridian/core'
import { disableAlarms, enableAlarms } from './alarm-actions.ts'
import { readWatchable, testCalm } from './calm.ts'
import { type AlarmReplica, compareAlarms } from './compare-alarms.ts'
import { copyAlarm } from './copy-alarm.ts'
import { deleteAlarms } from './delete-alarms.ts'
import { findMadeAlarms, leftAlarms } from './left-alarms.ts'
import { listAlarms } from './list-alarms.ts'
import {
  type CalmOptions,
  calm,
  concerning,
  disable,
  enable,
  type FleetNames,
  remove,
  replicate,
  type SilenceOptions,
  silent,
  watchable,
} from './moves.ts'
import { testServed } from './served.ts'
import { type Silence, seeSilent } from './silence.ts'
import { type Watched, watchedOf } from './watched.ts'

/** The moves of Amazon CloudWatch, for tasks. */
export interface CloudWatch extends Plugin {
  /**
   * Copies the alarms that concern a fleet, each in every setting: those with an action that is one of its scaling
   * policies, or with a dimension that names one of its groups or balancers. Dimensions and actions name the counterparts;
   * the copies' actions are off until `enable`. Alarms of target tracking are their policies' own and are not copied;
   * composite alarms are not either, and that is said. `cloudwatch:PutMetricAlarm`; undone by deleting the copies.
   *
   * @throws ViridianError `E_ALARM_UNSUPPORTED` for an alarm that names the fleet in the text of a query,
   * `E_POLICY_UNMATCHED` for one that acts by a policy of the fleet that has no copy, `E_NAME_TAKEN`
   *
   * @example
   * ```ts
   * const watch = await alarms.replicate(t, replica.counterparts)
   * await alarms.compare(t, replica.counterparts, watch)
   * // … switch …
   * await alarms.enable(t, watch.enabled)
   * ```
   */
  replicate(t: Steps, counterparts: Counterparts): Promise<AlarmReplica>
  /**
   * Compares every member of alarms and their copies, says in what they differ as they must, and fails when they differ
   * in more. To be called before the switch: a copy's actions must be off, or on where the original's were when it was
   * copied.
   *
   * @throws ViridianError `E_REPLICA_DIFFERS`
   */
  compare(t: Steps, counterparts: Counterparts, replica: AlarmReplica): Promise<void>
  /** Lets alarms act. `cloudwatch:EnableAlarmActions`; undone by switching off those whose actions were off before. */
  enable(t: Steps, names: readonly string[]): Promise<void>
  /** Keeps alarms from acting. `cloudwatch:DisableAlarmActions`; undone by switching on those whose actions were on. */
  disable(t: Steps, names: readonly string[]): Promise<void>
  /**
   * Sees, ahead of a deployment, that there are alarms of these names and that none is in ALARM: one that is on already cannot
   * tell what the deployment does, so that the deployment does not begin. Names may be those of composite alarms. One that
   * has no data (INSUFFICIENT_DATA) is said and refuses nothing. No names: nothing is asked. `cloudwatch:DescribeAlarms`.
   *
   * @throws ViridianError `E_ALARM_NOT_FOUND`; `E_IN_ALARM` with the reason, and since when
   *
   * @example
   * ```ts
   * await alarms.watchable(t, ['checkout-errors', 'checkout-slow'])
   * ```
   */
  watchable(t: Steps, names: readonly string[]): Promise<void>
  /**
   * Tests that none of these alarms is in ALARM: as a guard of `t.keep`, or between two moves. An alarm of scaling (busy, idle)
   * is in ALARM whenever the group scales: name those that speak of users. One that has no data (INSUFFICIENT_DATA), as a
   * new copy has, is said and fails nothing; one that somebody has deleted meanwhile fails.
   * `cloudwatch:DescribeAlarms`.
   *
   * @throws ViridianError `E_IN_ALARM` with the reason, and since when; `E_ALARM_NOT_FOUND`
   *
   * @example
   * ```ts
   * await t.keep('10m', (guard) => alarms.calm(guard, ['checkout-errors', 'checkout-slow']))
   * ```
   */
  calm(t: Steps, names: readonly string[], options?: CalmOptions): Promise<void>
  /**
   * Waits until balancers see no more requests: until what CloudWatch has counted of each, from five minutes before
   * `since` on, stands still for `quietFor`. Where nothing was ever counted there is no silence to see: when the deadline
   * passes it goes on, and says so (`traffic.silence`). It never ends before `notBefore`. Of an Application Load Balancer the requests are
   * counted, of a Network Load Balancer the new flows, and none may be open. `cloudwatch:GetMetricStatistics`.
   *
   * @throws ViridianError `E_NOT_SILENT` when requests are still counted at the deadline, unless `otherwise` is `go on`
   *
   * @example
   * ```ts
   * const switched = await t.now()
   * const { forgotten } = await names.switch(t, www, { blue, green: replica.fleet, balancers: fronts.names })
   * const since = switched.toISOString()
   * await alarms.silent(t, blue.loadBalancers, { since, notBefore: forgotten, deadline: '30m' })
   * ```
   */
  silent(t: Steps, balancers: readonly (LoadBalancer | Watched)[], options: SilenceOptions): Promise<Silence>
  /**
   * Tests that balancers have had requests since then, and never a whole period (a minute; longer when it is more than a
   * day) without a healthy instance. `cloudwatch:GetMetricStatistics`.
   *
   * @throws ViridianError `E_NOT_SERVED`
   */
  served(
    t: Steps,
    balancers: readonly (LoadBalancer | Watched)[],
    options: { readonly since: string },
  ): Promise<void>
  /** Lists the alarms that concern these fleets and no other: what `remove` deletes. */
  concerning(t: Steps, fleets: FleetNames | readonly Fleet[]): Promise<string[]>
  /**
   * Deletes the alarms that concern these fleets and no other, but those of target tracking. Cannot be undone: it belongs
   * behind the commit. `cloudwatch:DeleteAlarms`.
   *
   * @returns their names
   */
  remove(t: Steps, fleets: FleetNames | readonly Fleet[]): Promise<string[]>
}

/**
 * The plugin for Amazon CloudWatch: alarms copied, switched and watched, traffic watched.
 *
 * @example
 * ```ts
 * const alarms = cloudWatch()
 * ```
 */
export const cloudWatch = (): CloudWatch => ({
  name: 'aws-cloudwatch',
  module: '@viridian/aws-cloudwatch',
  settings: {},
  steps: [
    listAlarms,
    copyAlarm,
    compareAlarms,
    enableAlarms,
    disableAlarms,
    readWatchable,
    testCalm,
    seeSilent,
    testServed,
    deleteAlarms,
    findMadeAlarms,
  ],
  leftovers: [leftAlarms],
  checks: accountChecks,
  replicate,
  compare: async (t, counterparts, replica) => {
    if (Object.keys(replica.alarms).length > 0) await t.step(compareAlarms, { counterparts, replica })
  },
  enable,
  disable,
  watchable,
  calm,
  silent,
  served: async (t, balancers, { since }) => {
    await t.step(testServed, { balancers: watchedOf(balancers), since })
  },
  concerning,
  remove,
})
