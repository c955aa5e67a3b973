import { describe, expect, it } from 'vitest'
import type { Group } from './group.ts'
import { takeDue } from './scheduled-actions.ts'

const now = new Date('2026-11-25T12:00:00Z')
const action = (start?: string, recurrence?: string) => ({
  arn: 'arn',
  max: 4,
  ...(start !== undefined && { start }),
  ...(recurrence !== undefined && { recurrence }),
})

const groupWith = (suspended: Group['suspended']): Pick<Group, 'scheduled' | 'suspended'> => ({
  suspended,
  scheduled: {
    past: action('2026-11-25T11:59:59Z'),
    next: action('2026-11-25T12:00:01Z'),
    nightly: action('2026-11-01T00:00:00Z', '0 22 * * *'),
  },
})

describe('scheduled actions', () => {
  it('are taken once their time has come, and leave the group', () => {
    const group = groupWith({})
    expect(takeDue(group, now)).toEqual([action('2026-11-25T11:59:59Z')])
    expect(Object.keys(group.scheduled ?? {})).toEqual(['next', 'nightly'])
    expect(takeDue(group, now)).toEqual([])
  })

  it('stay while the process is suspended', () => {
    const group = groupWith({ ScheduledActions: 'by hand' })
    expect(takeDue(group, now)).toEqual([])
    expect(Object.keys(group.scheduled ?? {})).toHaveLength(3)
  })
})
