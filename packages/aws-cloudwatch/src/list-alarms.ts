import { defineRead, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type Composite, isEnabled, partsOf, readAllAlarms } from './alarms.ts'
import { concernOf, fleetText, isOfTargetTracking, namingText } from './concern.ts'

const Names = z.array(z.string())

/**
 * Lists the alarms that concern a fleet (`DescribeAlarms`): by an action that is one of its scaling policies, or by a
 * dimension that names one of its groups or balancers. Alarms of target tracking belong to their policies and are left
 * out. Composite alarms are left as they are, and that is said.
 */
export const listAlarms = defineRead({
  name: 'aws-cloudwatch/list-alarms',
  version: 1,
  input: z.strictObject({ groups: Names, balancers: Names, policies: Names }),
  output: z.strictObject({
    alarms: z.array(
      z.strictObject({
        name: z.string(),
        /** Whether its actions are on. */
        enabled: z.boolean(),
        /** False for one that concerns another fleet too. */
        only: z.boolean(),
      }),
    ),
    /** Those that name the fleet in the text of a query, and that text. */
    queries: z.array(z.strictObject({ name: z.string(), text: z.string() })),
  }),
  calls: ['cloudwatch:DescribeAlarms'],
  title: ({ groups, balancers }) => `list the alarms of ${fleetText(groups, balancers)}`,
  run: async (scope, c) => {
    const { metric, composite } = await readAllAlarms(c)
    const own = metric.filter((alarm) => !isOfTargetTracking(alarm))
    const alarms = own.flatMap((alarm) => {
      const concern = concernOf(alarm, scope)
      if (concern === 'not') return []
      return [{ name: alarm.AlarmName ?? '', enabled: isEnabled(alarm), only: concern === 'only' }]
    })
    const queries = own.flatMap((alarm) => {
      const text = namingText(alarm, scope)
      return text === undefined ? [] : [{ name: alarm.AlarmName ?? '', text }]
    })
    sayComposite(
      c,
      composite,
      alarms.map(({ name }) => name),
    )
    return { alarms, queries }
  },
})

function sayComposite(c: StepContext, composite: readonly Composite[], names: readonly string[]): void {
  for (const alarm of composite) {
    const parts = partsOf(alarm).filter((part) => names.includes(part))
    if (parts.length === 0) continue
    c.emit({
      kind: 'alarms.composite',
      data: { alarm: alarm.AlarmName, parts },
      text: [
        `Composite alarm ${alarm.AlarmName} is made of ${parts.join(', ')}: composite alarms are left as they are`,
      ],
    })
  }
}
