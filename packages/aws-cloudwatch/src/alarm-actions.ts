import type { MetricAlarm } from '@aws-sdk/client-cloudwatch'
import { lookFor } from '@viridian/aws'
import { type ChangeDefinition, defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isEnabled, readAlarms } from './alarms.ts'
import { cloudWatchApi } from './api.ts'
import { alarmThings, subjectsOf } from './concern.ts'

const Names = z.array(z.string())
const Input = z.strictObject({ names: Names })
type Input = z.infer<typeof Input>

const Before = z.strictObject({
  /** Those whose actions were on. */
  on: Names,
  /** What they watch, as things that steps touch. */
  watched: Names,
})
type Before = z.infer<typeof Before>

const Output = Before.pick({ watched: true })
type Output = z.infer<typeof Output>

const outputOf = ({ watched }: Before): Output => ({ watched })

/** Lets alarms act, 100 at most (`EnableAlarmActions`). Undone by switching off those whose actions were off before. */
export const enableAlarms: ChangeDefinition<Input, Before, Output> = switching(true)

/** Keeps alarms from acting, 100 at most (`DisableAlarmActions`). Undone by switching on those whose actions were on. */
export const disableAlarms: ChangeDefinition<Input, Before, Output> = switching(false)

function switching(on: boolean): ChangeDefinition<Input, Before, Output> {
  const verb = on ? 'enable' : 'disable'
  /** Those that it switches: the others are not its own to switch back. */
  const own = ({ names }: Input, before: Before): string[] =>
    names.filter((name) => before.on.includes(name) !== on)
  return defineChange({
    name: `aws-cloudwatch/${verb}-alarms`,
    version: 2,
    input: Input,
    beforeSchema: Before,
    output: Output,
    calls: ['cloudwatch:EnableAlarmActions', 'cloudwatch:DisableAlarmActions', 'cloudwatch:DescribeAlarms'],
    title: ({ names }) => `${verb} the actions of ${names.length} alarm${names.length === 1 ? '' : 's'}`,
    before: async ({ names }, c) => {
      const alarms = await readAlarms(c, names)
      const watched = [...alarms.values()].flatMap((alarm) => alarmThings(subjectsOf(alarm)))
      return { on: thoseThatAre(true, alarms), watched: [...new Set(watched)] }
    },
    run: async (input, c) => {
      await switchActions(c, on, own(input, c.before))
      return outputOf(c.before)
    },
    find: async (input, c) => {
      const names = own(input, c.before)
      const isMade = async () => thoseThatAre(!on, await readAlarms(c, names)).length === 0
      return (await lookFor(c, isMade))
        ? { status: 'done', output: outputOf(c.before) }
        : { status: 'absent' }
    },
    undo: async (input, c) => {
      await switchActions(c, !on, own(input, c.before))
      return undefined
    },
    touches: ({ names }, { watched }) => [...names.map((name) => `alarm/${name}`), ...watched],
    leaves: ({ names }) => names.map((name) => `alarm ${name}: its actions ${on ? 'on' : 'off'}`),
  })
}

/** Those of the alarms whose actions are on, or off. */
const thoseThatAre = (on: boolean, alarms: ReadonlyMap<string, MetricAlarm>): string[] =>
  [...alarms].filter(([, alarm]) => isEnabled(alarm) === on).map(([name]) => name)

async function switchActions(c: StepContext, on: boolean, AlarmNames: string[]): Promise<void> {
  if (AlarmNames.length === 0) return
  await cloudWatchApi(c, on ? 'EnableAlarmActions' : 'DisableAlarmActions', { AlarmNames }, z.unknown())
}
