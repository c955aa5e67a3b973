import { describe, expect, it } from 'vitest'
import { copyOf, differences, type Fates } from './replica.ts'

interface Shape {
  Name?: string | undefined
  Size?: number | undefined
  Zones?: string[] | undefined
  Kernel?: string | undefined
  Created?: Date | undefined
}

const fates = {
  Name: 'rewritten',
  Size: 'copied',
  Zones: 'copied',
  Kernel: 'copied',
  Created: { leftOut: 'AWS sets it' },
} as const satisfies Fates<Shape>

const blue: Shape = { Name: 'web', Size: 0, Zones: ['a', 'b'], Kernel: '', Created: new Date(0) }

describe('a copy', () => {
  it('takes over what is copied, and nothing that was never set', () => {
    expect(copyOf(blue, fates)).toEqual({ Size: 0, Zones: ['a', 'b'] })
  })

  it('differs as it must in what is rewritten and left out', () => {
    const green = { Name: 'web--1', Size: 0, Zones: ['a', 'b'], Created: new Date(1) }
    expect(differences('group web', blue, green, fates)).toEqual([
      { member: 'group web: Name', original: '"web"', copy: '"web--1"', expected: true },
      expect.objectContaining({ member: 'group web: Created', expected: true }),
    ])
  })

  it('must not differ in what is copied', () => {
    const [found] = differences('group web', blue, { ...blue, Zones: ['a'] }, fates)
    expect(found).toEqual({
      member: 'group web: Zones',
      original: '["a","b"]',
      copy: '["a"]',
      expected: false,
    })
  })

  it('must be rewritten as is wanted', () => {
    const wanted = { Name: 'web--2' }
    const expectedOf = (green: Shape) =>
      differences('group web', blue, green, fates, wanted).map(({ expected }) => expected)
    expect(expectedOf({ ...blue, Name: 'web--1' })).toEqual([false])
    expect(expectedOf({ ...blue, Name: 'web--2' })).toEqual([true])
    expect(expectedOf(blue)).toEqual([false])
  })

  it('is told apart in the innermost members, by what the original has there', () => {
    interface Rule {
      Actions: { Order: number; Groups: { Arn: string; Weight: number }[] }[]
    }
    const rule = (arn: string, ...weights: number[]): Rule => ({
      Actions: [{ Order: 1, Groups: weights.map((Weight) => ({ Arn: arn, Weight })) }],
    })
    const found = (copy: Rule) =>
      differences('rule 10', rule('blue', 1, 2), copy, { Actions: 'rewritten' }, rule('green', 1, 2))
    expect(found(rule('green', 1, 2))).toMatchObject([{ member: 'rule 10: Actions', expected: true }])
    expect(found(rule('green', 1, 3))).toEqual([
      { member: 'rule 10: Actions[0].Groups[1].Weight', original: '2', copy: '3', expected: false },
    ])
    const [fewer] = found(rule('green', 1))
    expect(fewer).toMatchObject({
      member: 'rule 10: Actions[0].Groups',
      copy: '[{"Arn":"green","Weight":1}]',
    })
  })
})
