import { findMade } from '@viridian/aws'
import { defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readAlarms } from './alarms.ts'
import { cloudWatchApi } from './api.ts'

/** Deletes alarms, 100 at most (`DeleteAlarms`). It cannot be undone: it belongs behind the commit. */
export const deleteAlarms = defineChange({
  name: 'aws-cloudwatch/delete-alarms',
  version: 1,
  input: z.strictObject({ names: z.array(z.string()) }),
  beforeSchema: z.null(),
  output: z.null(),
  calls: ['cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms'],
  title: ({ names }) => `delete ${names.length === 1 ? 'alarm' : 'alarms'} ${names.join(', ')}`,
  before: async () => null,
  run: async ({ names }, c) => {
    // One that is gone already would keep AWS from deleting the others.
    const AlarmNames = [...(await readAlarms(c, names)).keys()]
    if (AlarmNames.length > 0) await cloudWatchApi(c, 'DeleteAlarms', { AlarmNames }, z.unknown())
    return null
  },
  find: ({ names }, c) => findMade(c, async () => (await readAlarms(c, names)).size === 0),
  undo: async ({ names }) => ({ leftAlone: `${names.join(', ')}: a deleted alarm cannot be brought back` }),
  touches: ({ names }) => names.map((name) => `alarm/${name}`),
})
