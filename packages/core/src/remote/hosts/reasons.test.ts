import { describe, expect, it } from 'vitest'
import { ownName } from '../files/names.ts'
import { reasonLines } from './reasons.ts'

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `web-${from + index}`)

describe('the reasons of failed hosts', () => {
  it('are told in the words of each while they are few', () => {
    const failed = ['web-1', 'web-2'].map((name, index) => ({
      name,
      message: `${name} (10.0.0.${index}:22) cannot be reached: connect ECONNREFUSED`,
    }))
    expect(reasonLines(failed)).toEqual([
      '  web-1: 10.0.0.0:22 cannot be reached: connect ECONNREFUSED',
      '  web-2: 10.0.0.1:22 cannot be reached: connect ECONNREFUSED',
    ])
  })

  it('are told once for all hosts that share them, whatever these call themselves', () => {
    const failed = [
      ...names(1, 20).map((name, index) => ({
        name,
        message: `${name} (10.0.0.${index}:22) cannot be reached within 2s: connect ECONNREFUSED 10.0.0.${index}:22`,
      })),
      ...names(31, 40).map((name) => ({
        name,
        message: `${name}: "restart" failed with exit code 1\n  no unit on ${name}`,
      })),
      ...names(41, 45).map((name) => ({ name, message: `the connection to ${name} was lost` })),
      { name: 'web-50', address: 'v6.test', message: 'web-50: no space on v6.test, fe80::1:2:3' },
      { name: 'db-1', message: 'db-1: no space on …, 2001:db8::7' },
    ]
    expect(reasonLines(failed)).toEqual([
      '  web-[1-20]: cannot be reached within 2s: connect ECONNREFUSED …:22',
      '  web-[31-40]: "restart" failed with exit code 1\n    no unit on …',
      '  web-[41-45]: the connection to … was lost',
      '  web-50, db-1: no space on …, …',
    ])
  })

  it('are shared by hosts on which files of ours have names of their own', () => {
    const failed = names(1, 5).map((name) => ({
      name,
      message: `${name}: "put" failed with exit code 1\n  mkdir: cannot create directory './${ownName()}'`,
    }))
    expect(reasonLines(failed)).toEqual([
      `  web-[1-5]: "put" failed with exit code 1\n    mkdir: cannot create directory './…'`,
    ])
  })

  it('keep their words where no two hosts share one, and words that only look like a host', () => {
    const failed = [
      { name: 'db', message: 'db: Error: mongodb is down\n  feedback is missing' },
      { name: 'app', message: 'applying the map failed' },
      { name: 'log', message: 'log rotate failed' },
      { name: 'web', message: 'webserver answers 503' },
    ]
    expect(reasonLines(failed)).toEqual([
      '  db: Error: mongodb is down\n    feedback is missing',
      '  app: applying the map failed',
      '  log: rotate failed',
      '  web: webserver answers 503',
    ])
  })

  it('are cut to what they have in common when there are many, and name every host', () => {
    const failed = names(1, 30).map((name, index) => ({
      name,
      message: `${name}: "job" failed with exit code 1\n  process ${1000 + index * 7} was killed`,
    }))
    expect(reasonLines(failed)).toEqual([
      '  web-[1-30]: "job" failed with exit code 1\n    on web-1: process 1000 was killed',
    ])
    const own = names(1, 30).map((name, index) => ({ name, message: `${name}: reason ${index}` }))
    expect(reasonLines(own).at(-1)).toBe('  each for a reason of its own: web-[11-30]')
    expect(reasonLines(own)).toHaveLength(11)
  })
})
