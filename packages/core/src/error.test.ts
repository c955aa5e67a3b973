import { describe, expect, it } from 'vitest'
import { reportOf, ViridianError } from './error.ts'

describe('what is told of something thrown', () => {
  it('has the chain of causes, without what was told before', () => {
    const reset = new ViridianError('E_HOST_LOST', 'the connection was reset')
    const fetch = new TypeError('fetch failed', { cause: reset })
    expect(reportOf(new Error('no release: fetch failed', { cause: fetch }))).toMatchObject({
      code: 'E_UNEXPECTED',
      message: 'Error: no release: fetch failed',
      causes: ['E_HOST_LOST: the connection was reset'],
    })
  })

  it('has each failure of several in one', () => {
    const refused = new AggregateError([new Error('refused by ::1'), 'refused by 127.0.0.1'])
    expect(reportOf(refused).causes).toEqual(['refused by ::1', 'refused by 127.0.0.1'])
    expect(reportOf(new Error('not reached', { cause: refused })).causes).toEqual([
      'refused by ::1',
      'refused by 127.0.0.1',
    ])
  })

  it('comes to an end though its causes go round', () => {
    const first = new Error('first')
    first.cause = new Error('second', { cause: first })
    expect(reportOf(first).causes).toEqual(['second'])
  })

  it('says so when there is no message', () => {
    expect(reportOf(new TypeError())).toMatchObject({ message: 'TypeError: it has no message' })
  })

  it('has no place where it is no error', () => {
    expect(reportOf('not today')).toEqual({ code: 'E_UNEXPECTED', message: 'Error: not today' })
    expect(reportOf(undefined)).toEqual({ code: 'E_UNEXPECTED', message: 'Error: undefined' })
  })

  it('has no place in what is our own', () => {
    const error = new Error('deep inside')
    error.stack = `Error: deep inside\n    at run (${import.meta.dirname}/../bin/tasks.js:17:3)\n    at file:///srv/project/tasks.config.ts:4:9`
    expect(reportOf(error).place).toEqual({ file: '/srv/project/tasks.config.ts', line: 4 })
  })
})
