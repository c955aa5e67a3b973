import type { AlarmType } from '@aws-sdk/client-cloudwatch'
import { defineCheck, defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { chunks } from './alarms.ts'
import { cloudWatchApi } from './api.ts'

const Input = z.strictObject({ names: z.array(z.string()) })
const calls = ['cloudwatch:DescribeAlarms']
const place = { call: 'cloudwatch:DescribeAlarms' }

/** The state of an alarm of any type. */
const State = z.object({
  AlarmName: z.string(),
  StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
  StateReason: z.string().default(''),
  /** When it came to be in this state. */
  StateTransitionedTimestamp: z.date().optional(),
})
type State = z.infer<typeof State>

const States = z.object({
  MetricAlarms: z.array(State).default([]),
  CompositeAlarms: z.array(State).default([]),
  LogAlarms: z.array(State).default([]),
})

// Without them AWS shows metric alarms alone.
const everyType: AlarmType[] = ['MetricAlarm', 'CompositeAlarm', 'LogAlarm']

/**
 * Reads whether there are alarms of these names, and none in ALARM (`DescribeAlarms`): whether a deployment can be watched
 * by them.
 *
 * @throws ViridianError `E_ALARM_NOT_FOUND`, `E_IN_ALARM`
 */
export const readWatchable = defineRead({
  name: 'aws-cloudwatch/read-watchable',
  version: 1,
  input: Input,
  output: z.null(),
  calls,
  title: ({ names }) => `see that ${names.join(', ')} can be watched`,
  run: ({ names }, c) =>
    seeCalm(
      c,
      names,
      'an alarm that is on already cannot tell what the deployment does: see to it first, or leave it out of --alarms',
    ),
})

/**
 * Tests that none of these alarms is in ALARM (`DescribeAlarms`). What has no data is said, once a run.
 *
 * @throws ViridianError `E_IN_ALARM`, `E_ALARM_NOT_FOUND`
 */
export const testCalm = defineCheck({
  name: 'aws-cloudwatch/test-calm',
  version: 1,
  input: Input,
  output: z.null(),
  calls,
  title: ({ names }) => `see none of ${names.join(', ')} in ALARM`,
  run: ({ names }, c) =>
    seeCalm(
      c,
      names,
      `the graph of its metric shows what it saw; "tasks report ${c.run.id}" tells what was done until then`,
    ),
})

async function seeCalm(c: StepContext, names: readonly string[], hint: string): Promise<null> {
  const states = await readStates(c, names)
  const ringing = states.filter(({ StateValue }) => StateValue === 'ALARM')
  if (ringing.length > 0)
    throw new ViridianError('E_IN_ALARM', ringing.map(ringingText).join('; '), { hint, place })
  for (const state of states) sayUnknown(c, state)
  return null
}

async function readStates(c: StepContext, names: readonly string[]): Promise<State[]> {
  const states = new Map<string, State>()
  for (const AlarmNames of chunks(names)) {
    const asked = { AlarmNames, AlarmTypes: everyType, MaxRecords: AlarmNames.length }
    const found = await cloudWatchApi(c, 'DescribeAlarms', asked, States)
    for (const state of [...found.MetricAlarms, ...found.CompositeAlarms, ...found.LogAlarms])
      states.set(state.AlarmName, state)
  }
  const missing = names.filter((name) => !states.has(name))
  if (missing.length > 0) throw notFound(missing, await cloudWatchApi.region(c))
  return [...states.values()]
}

const ringingText = ({ AlarmName, StateReason, StateTransitionedTimestamp: since }: State): string =>
  `alarm ${AlarmName} is in ALARM${since ? ` since ${since.toISOString()}` : ''}: ${StateReason}`

const notFound = (names: readonly string[], region: string): ViridianError =>
  new ViridianError('E_ALARM_NOT_FOUND', `there is no alarm ${names.join(', and none ')} in ${region}`, {
    hint: 'it is the exact name of a metric or composite alarm; "aws cloudwatch describe-alarms" lists them',
    place,
  })

const told = Symbol('alarms of which it was said that they have no data')

/** An alarm without data says nothing of a release, well or not: whoever relies on it should know. */
function sayUnknown(c: StepContext, { AlarmName: alarm, StateValue, StateReason: reason }: State): void {
  const before = c.resource(told, () => new Set<string>())
  if (StateValue !== 'INSUFFICIENT_DATA' || before.has(alarm)) return
  before.add(alarm)
  c.emit({
    kind: 'alarms.unknown',
    data: { alarm, reason },
    text: [`Alarm ${alarm} is in INSUFFICIENT_DATA, and stops nothing as long as it is: ${reason}`],
  })
}
