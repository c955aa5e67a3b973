import { lookFor, makeSure } from '@viridian/aws'
import { type ChangeDefinition, defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isEnabled, readAlarms } from './alarms.ts'
import { cloudWatchApi } from './api.ts'

const shownWithinMs = 3_000
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
    find: async (input, c) => {
      const names = own(input, c.before)
      const switched = await lookFor(
        c,
        shownWithinMs,
        async () => (await thoseThatAre(!on, names, c)).length === 0 || undefined,
      )
      return switched ? { status: 'done', output: null } : { status: 'absent' }
    },
    undo: async (input, c) => {
      const names = await thoseThatAre(on, own(input, c.before), c)
      const isBack = async (): Promise<boolean> => (await thoseThatAre(on, names, c)).length === 0
      await makeSure(() => switchActions(c, !on, names), isBack)
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
