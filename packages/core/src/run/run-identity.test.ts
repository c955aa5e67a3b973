import { describe, expect, it } from 'vitest'
import { newRunId } from './run-identity.ts'

describe('the id of a run', () => {
  it('sorts by time, within a second too', () => {
    const start = Date.UTC(2026, 10, 23, 15, 42, 33)
    const ids = Array.from({ length: 1_000 }, (_, ms) => newRunId(new Date(start + ms)))
    expect(ids[0]).toMatch(/^20261123-154233-00[0-9a-z]{2}$/)
    expect(ids.toSorted()).toEqual(ids)
  })
})
