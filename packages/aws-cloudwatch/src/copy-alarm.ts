import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import { Counterparts, copyOf, lookFor, makeSure, nameFor, tagsOf } from '@viridian/aws'
import { type ChangeContext, defineChange, placeholderText, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findAlarm, isMadeBy, ownTags, readAlarm } from './alarms.ts'
import { cloudWatchApi } from './api.ts'
import { alarmThings, fleetThings } from './concern.ts'
import { type Alarm, alarmFates } from './fates.ts'
import { rewritten } from './rewritten.ts'

const nameLimit = 255

/**
 * Copies an alarm in every setting, for another fleet (`PutMetricAlarm`): its dimensions and actions name the
 * counterparts, and its actions are off. Undone by deleting it, if it is still the one that was made.
 */
export const copyAlarm = defineChange({
  name: 'aws-cloudwatch/copy-alarm',
  version: 1,
  input: z.strictObject({
    /** The alarm to copy. */
    from: z.string(),
    counterparts: Counterparts,
  }),
  beforeSchema: z.null(),
  output: z.strictObject({ name: z.string() }),
  calls: [
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:TagResource',
    'cloudwatch:DeleteAlarms',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:ListTagsForResource',
  ],
  title: ({ from }) => `copy alarm ${from}, its actions off`,
  placeholder: ({ from }) => ({ name: placeholderText(`copy of ${from}`) }),
  before: async () => null,
  run: async ({ from, counterparts }, c) => {
    const name = nameFor(from, c.token, nameLimit)
    const [original, present] = await Promise.all([readAlarm(c, from), findAlarm(c, name)])
    // AWS would give the one that is there these settings, and no tags.
    if (present && !isMadeBy(present, c.token))
      throw new ViridianError(
        'E_NAME_TAKEN',
        `there is an alarm ${name} already, and this run did not make it`,
        {
          hint: 'delete it, or run the task again: another run takes another name',
          refused: true,
        },
      )
    await cloudWatchApi(c, 'PutMetricAlarm', requestFor(original, name, counterparts, c), z.unknown())
    return { name }
  },
  find: async ({ from }, c) => {
    const name = nameFor(from, c.token, nameLimit)
    const own = await lookFor(c, () => isOwn(c, name))
    return own ? { status: 'done', output: { name } } : { status: 'absent' }
  },
  undo: async (_input, { output: { name }, ...c }) => {
    const alarm = await lookFor(c, () => findAlarm(c, name))
    if (!alarm) return undefined
    if (!isMadeBy(alarm, c.token))
      return { leftAlone: `alarm ${name}: it does not carry this run's tag any more` }
    const isGone = async (): Promise<boolean> => (await findAlarm(c, name)) === undefined
    await makeSure(c, () => cloudWatchApi(c, 'DeleteAlarms', { AlarmNames: [name] }, z.unknown()), isGone)
    return undefined
  },
  touches: ({ counterparts: { groups, balancers } }, { name }) => [
    `alarm/${name}`,
    ...alarmThings(fleetThings({ groups: Object.values(groups), balancers: Object.values(balancers) })),
  ],
  makes: (_input, { name }) => [`alarm/${name}`],
  leaves: (_input, { name }) => [`alarm ${name}`],
})

function requestFor(
  alarm: Alarm,
  name: string,
  counterparts: Counterparts,
  c: ChangeContext<null>,
): PutMetricAlarmInput {
  const { Dimensions, Metrics, ...others } = rewritten(alarm, name, counterparts)
  return {
    ...copyOf(alarm, alarmFates),
    ...others,
    // An alarm on one metric has no queries, and one on queries no dimensions: not even none of them.
    ...(Dimensions.length > 0 && { Dimensions }),
    ...(Metrics.length > 0 && { Metrics }),
    Tags: tagsOf(c, ownTags(alarm)),
  }
}

async function isOwn(c: ChangeContext<null>, name: string): Promise<boolean> {
  const alarm = await findAlarm(c, name)
  return alarm !== undefined && isMadeBy(alarm, c.token)
}
