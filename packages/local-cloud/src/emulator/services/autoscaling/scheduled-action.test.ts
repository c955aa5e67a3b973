import { describe, expect, it } from 'vitest'
import type { Group } from './group.ts'
import { readAction, type ScheduledAction, takeDue } from './scheduled-action.ts'

const now = new Date('2026-11-25T12:00:00Z')
const before = '2026-11-25T11:59:59.000Z'
const after = '2026-11-25T12:00:01.000Z'

function groupOf(
  action: Omit<ScheduledAction, 'arn'>,
  suspended: Group['suspended'] = {},
): Pick<Group, 'scheduled' | 'suspended'> {
  return { suspended, scheduled: { one: { arn: 'arn', ...action } } }
}

describe('a scheduled action', () => {
  it('that happens once is taken when its time has come, and leaves the group', () => {
    const group = groupOf({ start: before, max: 4 })
    expect(takeDue(group, now)).toEqual([{ arn: 'arn', start: before, max: 4 }])
    expect(group.scheduled).toEqual({})
    expect(takeDue(group, now)).toEqual([])
  })

  it('stays until its time', () => {
    const group = groupOf({ start: after, max: 4 })
    expect(takeDue(group, now)).toEqual([])
    expect(group).toEqual(groupOf({ start: after, max: 4 }))
  })

  it('that recurs is taken, and waits for its next time, by the clock of its zone', () => {
    const group = groupOf({ start: before, recurrence: '0 22 * * *', timeZone: 'Europe/Berlin', max: 4 })
    expect(takeDue(group, now)).toHaveLength(1)
    expect(group.scheduled?.one?.start).toBe('2026-11-25T21:00:00.000Z')
    expect(takeDue(group, now)).toEqual([])
  })

  it('that recurs leaves the group when it would come after its end', () => {
    const group = groupOf({ start: before, end: '2026-11-25T20:00:00.000Z', recurrence: '0 22 * * *' })
    expect(takeDue(group, now)).toHaveLength(1)
    expect(group.scheduled).toEqual({})
  })

  it('whose time comes while the process is suspended stays, and is not made up for', () => {
    const group = groupOf({ start: before, max: 4 }, { ScheduledActions: 'by hand' })
    expect(takeDue(group, now)).toEqual([])
    group.suspended = {}
    expect(takeDue(group, now)).toEqual([])
    expect(group.scheduled?.one?.start).toBe(before)
  })

  it('that recurs goes on from its next time when the process is resumed', () => {
    const group = groupOf({ start: before, recurrence: '0 22 * * *' }, { ScheduledActions: 'by hand' })
    expect(takeDue(group, now)).toEqual([])
    expect(group.scheduled?.one?.start).toBe('2026-11-25T22:00:00.000Z')
  })
})

describe('a request for a scheduled action', () => {
  const read = (changes: object) => readAction({ ScheduledActionName: 'one', MinSize: 1, ...changes }, now)

  it('that recurs begins at its next time, or where it says', () => {
    expect(read({ Recurrence: '0 22 * * *' }).start).toBe('2026-11-25T22:00:00.000Z')
    expect(read({ Recurrence: '0 22 * * *', StartTime: new Date(after) }).start).toBe(after)
  })

  it.each([
    ['no time', {}, 'Either a start time or a recurrence must be specified'],
    ['no size', { MinSize: undefined, StartTime: new Date(after) }, /^At least one of/],
    ['a start in the past', { StartTime: new Date(before) }, 'Given start time is in the past'],
    ['no cron expression', { Recurrence: 'often' }, 'Given recurrence string: often is invalid'],
    ['one with seconds', { Recurrence: '0 0 22 * * *' }, /^Given recurrence string/],
    [
      'an impossible hour',
      { Recurrence: '0 25 * * *', StartTime: new Date(after) },
      /^Given recurrence string/,
    ],
    [
      'no time zone',
      { Recurrence: '0 22 * * *', TimeZone: 'Mars/One' },
      'Given time zone: Mars/One is invalid',
    ],
    ['an end before its start', { StartTime: new Date(after), EndTime: now }, /^Given end time is before/],
  ])('with %s is refused', (_, changes, message) => {
    expect(() => read(changes)).toThrow(message)
  })
})
