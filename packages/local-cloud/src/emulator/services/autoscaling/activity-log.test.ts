import { expect, test } from 'vitest'
import { ActivityLog, type ActivityRecord } from './activity-log.ts'

const day = 24 * 3600

test('activities are forgotten after six weeks of AWS time', () => {
  let seconds = 0
  const scale = 0.1
  const clock = {
    now: () => new Date(seconds * scale * 1000),
    milliseconds: (each: number) => each * scale * 1000,
    sleep: async () => undefined,
  }
  const records: ActivityRecord[] = []
  const log = new ActivityLog(records, clock)
  const begin = (description: string) =>
    log.start({ group: 'web', groupArn: 'arn', description, cause: '', details: '{}' })
  for (const at of [0, 1, 41, 43]) {
    seconds = at * day
    begin(`day ${at}`)
  }
  expect(records.map(({ description }) => description)).toEqual(['day 1', 'day 41', 'day 43'])
})
