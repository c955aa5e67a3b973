import type { Dimension, MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import { Counterparts, differences, sayCompared } from '@viridian/aws'
import { defineCheck } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isEnabled, ownTags, readAlarm } from './alarms.ts'
import { type Alarm, alarmFates } from './fates.ts'
import { rewritten } from './rewritten.ts'

/** The alarms of a copied fleet. */
export const AlarmReplica = z.strictObject({
  /** By the name of the original, the copy's. */
  alarms: z.record(z.string(), z.string()),
  /** The copies of which the originals had their actions on. */
  enabled: z.array(z.string()),
})

export type AlarmReplica = z.infer<typeof AlarmReplica>

/**
 * Compares alarms with their copies, member by member, and says in what they differ. The actions of a copy must be off,
 * as long as they have not been enabled; on is only right where the original's were. (A resumed run compares again, when
 * they may have been enabled.)
 */
export const compareAlarms = defineCheck({
  name: 'aws-cloudwatch/compare-alarms',
  version: 1,
  input: z.strictObject({ counterparts: Counterparts, replica: AlarmReplica }),
  output: z.null(),
  calls: ['cloudwatch:DescribeAlarms', 'cloudwatch:ListTagsForResource'],
  title: ({ replica: { alarms } }) => `compare ${Object.keys(alarms).length} alarms with their copies`,
  run: async ({ counterparts, replica: { alarms, enabled } }, c) => {
    for (const [from, name] of Object.entries(alarms)) {
      const [original, copy] = [await readAlarm(c, from), await readAlarm(c, name)]
      const wanted = {
        ...rewritten(original, name, counterparts),
        ActionsEnabled: isEnabled(copy) && enabled.includes(name),
      }
      const found = differences(
        `alarm ${from}`,
        comparable(original),
        comparable(copy),
        alarmFates,
        inOrder(wanted),
      )
      sayCompared(c, `alarm ${from} and its copy ${name}`, found)
    }
    return null
  },
})

/** With its own tags only, and in an order of its own: AWS promises none. */
const comparable = (alarm: Alarm): Alarm => ({
  ...inOrder(alarm),
  Tags: Object.entries(ownTags(alarm))
    .map(([Key, Value]) => ({ Key, Value }))
    .sort(by(({ Key }) => Key)),
})

const inOrder = <Shape extends Alarm>(alarm: Shape): Shape => ({
  ...alarm,
  OKActions: alarm.OKActions?.toSorted(),
  AlarmActions: alarm.AlarmActions?.toSorted(),
  InsufficientDataActions: alarm.InsufficientDataActions?.toSorted(),
  Dimensions: sorted(alarm.Dimensions),
  Metrics: alarm.Metrics?.map(queryInOrder).sort(by(({ Id = '' }) => Id)),
})

function queryInOrder(query: MetricDataQuery): MetricDataQuery {
  const { MetricStat: stat } = query
  if (stat?.Metric?.Dimensions === undefined) return query
  const Metric = { ...stat.Metric, Dimensions: sorted(stat.Metric.Dimensions) }
  return { ...query, MetricStat: { ...stat, Metric } }
}

const sorted = (dimensions: readonly Dimension[] | undefined): Dimension[] | undefined =>
  dimensions?.toSorted(by(({ Name = '' }) => Name))

const by =
  <Item>(keyOf: (item: Item) => string) =>
  (one: Item, other: Item): number =>
    keyOf(one) < keyOf(other) ? -1 : 1
