import { findMade } from '@viridian/aws'
import { type ChangeDefinition, defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isEnabled, readAlarms } from './alarms.ts'
import { cloudWatchApi } from './api.ts'

const Names = z.array(z.string())
const Input = z.strictObject({ names: Names })
type Input = z.infer<typeof Input>

/** Those whose actions were on. */
const Before = z.strictObject({ on: Names })
type Before = z.infer<typeof Before>

/** Lets alarms act, 100 at most (`EnableAlarmActions`). Undone by switching off those whose actions were off before. */
export const enableAlarms: ChangeDefinition<Input, Before, null> = switching(true)

/** Keeps alarms from acting, 100 at most (`DisableAlarmActions`). Undone by switching on those whose actions were on. */
export const disableAlarms: ChangeDefinition<Input, Before, null> = switching(false)

function switching(on: boolean): ChangeDefinition<Input, Before, null> {
  const verb = on ? 'enable' : 'disable'
  /** Those that it switches: the others are not its own to switch back. */
  const own = ({ names }: Input, before: Before): string[] =>
    names.filter((name) => before.on.includes(name) !== on)
  return defineChange({
    name: `aws-cloudwatch/${verb}-alarms`,
    version: 1,
    input: Input,
    beforeSchema: Before,
    output: z.null(),
    calls: ['cloudwatch:EnableAlarmActions', 'cloudwatch:DisableAlarmActions', 'cloudwatch:DescribeAlarms'],
    title: ({ names }) => `${verb} the actions of ${names.length} alarm${names.length === 1 ? '' : 's'}`,
    before: async ({ names }, c) => ({ on: await thoseThatAre(true, names, c) }),
    run: async (input, c) => {
      await switchActions(c, on, own(input, c.before))
      return null
    },
    find: (input, c) =>
      findMade(c, async () => (await thoseThatAre(!on, own(input, c.before), c)).length === 0),
    undo: async (input, c) => {
      await switchActions(c, !on, own(input, c.before))
      return undefined
    },
    touches: ({ names }) => names.map((name) => `alarm/${name}`),
    leaves: ({ names }) => names.map((name) => `alarm ${name}: its actions ${on ? 'on' : 'off'}`),
  })
}

/** Those of the alarms that are there, and whose actions are on, or off. */
async function thoseThatAre(on: boolean, names: readonly string[], c: StepContext): Promise<string[]> {
  const alarms = await readAlarms(c, names)
  return names.filter((name) => {
    const alarm = alarms.get(name)
    return alarm !== undefined && isEnabled(alarm) === on
  })
}

async function switchActions(c: StepContext, on: boolean, AlarmNames: string[]): Promise<void> {
  if (AlarmNames.length === 0) return
  await cloudWatchApi(c, on ? 'EnableAlarmActions' : 'DisableAlarmActions', { AlarmNames }, z.unknown())
}
