import type { MetricAlarm } from '@aws-sdk/client-cloudwatch'
import { allPages, decoded, stepTag } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { cloudWatchApi } from './api.ts'
import type { Alarm } from './fates.ts'

/** As many alarms as one call takes, or shows. */
const alarmsInACall = 100

/** Alarms in lists as long as one call takes. */
export function chunks(names: readonly string[]): string[][] {
  const count = Math.ceil(names.length / alarmsInACall)
  return Array.from({ length: count }, (_, index) =>
    names.slice(index * alarmsInACall, (index + 1) * alarmsInACall),
  )
}

/** An alarm over the states of other alarms, as far as it is used. */
const Composite = z.object({ AlarmName: z.string(), AlarmRule: z.string() })
export type Composite = z.infer<typeof Composite>

const Alarms = z.object({
  MetricAlarms: z.array(decoded<MetricAlarm>()).default([]),
  CompositeAlarms: z.array(Composite).default([]),
  NextToken: z.string().optional(),
})

const Tags = z.object({ Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]) })

/** Every alarm of the account and region (`DescribeAlarms`), composite ones too. */
export async function readAllAlarms(
  c: StepContext,
): Promise<{ readonly metric: readonly MetricAlarm[]; readonly composite: readonly Composite[] }> {
  const pages = await allPages(async (NextToken) => {
    const page = await cloudWatchApi(
      c,
      'DescribeAlarms',
      { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: alarmsInACall, NextToken },
      Alarms,
    )
    return { items: [page], next: page.NextToken }
  })
  return {
    metric: pages.flatMap(({ MetricAlarms }) => MetricAlarms),
    composite: pages.flatMap(({ CompositeAlarms }) => CompositeAlarms),
  }
}

/** Metric alarms by name, 100 at most (`DescribeAlarms`); those that are not there are missing. */
export async function readAlarms(
  c: StepContext,
  names: readonly string[],
): Promise<Map<string, MetricAlarm>> {
  // No names would mean all of them.
  if (names.length === 0) return new Map()
  const input = { AlarmNames: [...names], MaxRecords: alarmsInACall }
  const { MetricAlarms } = await cloudWatchApi(c, 'DescribeAlarms', input, Alarms)
  return new Map(MetricAlarms.map((alarm) => [alarm.AlarmName ?? '', alarm]))
}

/** An alarm with its tags (`DescribeAlarms`, `ListTagsForResource`); undefined when it is not there. */
export async function findAlarm(c: StepContext, name: string): Promise<Alarm | undefined> {
  const alarm = (await readAlarms(c, [name])).get(name)
  return alarm && withTags(c, alarm)
}

/**
 * An alarm with its tags.
 *
 * @throws ViridianError `E_ALARM_NOT_FOUND`
 */
export async function readAlarm(c: StepContext, name: string): Promise<Alarm> {
  const found = await findAlarm(c, name)
  if (found) return found
  throw new ViridianError('E_ALARM_NOT_FOUND', `there is no alarm ${name}`, {
    hint: 'somebody has deleted it: run the task again',
    place: { call: 'cloudwatch:DescribeAlarms' },
    refused: true,
  })
}

async function withTags(c: StepContext, alarm: MetricAlarm): Promise<Alarm> {
  const input = { ResourceARN: alarm.AlarmArn }
  return { ...alarm, ...(await cloudWatchApi(c, 'ListTagsForResource', input, Tags)) }
}

/** Whether an alarm's actions are on. */
export const isEnabled = ({ ActionsEnabled = true }: MetricAlarm): boolean => ActionsEnabled

/** The tags that are the alarm's own: not AWS's, and not those of a run. */
export const ownTags = ({ Tags = [] }: Alarm): Record<string, string> =>
  Object.fromEntries(
    Tags.map(({ Key = '', Value = '' }) => [Key, Value]).filter(
      ([key]) => !/^(aws|viridian):/.test(key ?? ''),
    ),
  )

/** True for what the step of this token has made. */
export const isMadeBy = ({ Tags = [] }: Alarm, token: string): boolean =>
  Tags.some(({ Key, Value }) => Key === stepTag && Value === token)

/** The alarms that a composite one is made of: `ALARM("web-cpu") OR NOT OK(web-errors)`, by name or ARN. */
export const partsOf = ({ AlarmRule }: Composite): string[] =>
  [
    ...AlarmRule.matchAll(/\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"((?:[^"\\]|\\.)*)"|([^)"]+?))\s*\)/g),
  ].map(([, quoted, plain = '']) => (quoted ?? plain).replace(/^arn:.*:alarm:/, ''))
