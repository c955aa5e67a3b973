import { describe, expect, it } from 'vitest'
import { openFaults } from '../emulator/faults.ts'
import { faultsOf } from './fault-flags.ts'

const none = { latency: undefined, eventualConsistency: undefined, rules: [] }

describe('the flags of faults', () => {
  it('are settings that the cloud takes', () => {
    const settings = faultsOf({
      latency: 0.5,
      eventualConsistency: 2,
      rules: ['throttle:DescribeInstances:5', 'lose:ec2:RunInstances', 'refuse:*:always'],
    })
    const faults = openFaults(settings)
    expect(faults).toMatchObject({ latency: 0.5, eventualConsistency: 2 })
    expect(faults.rules.map(({ kind, operation, times }) => [kind, operation, times])).toEqual([
      ['throttle', 'DescribeInstances', 5],
      ['lose', 'ec2:RunInstances', 1],
      ['refuse', '*', 'always'],
    ])
  })

  it('switch nothing on when they are not given', () => expect(faultsOf(none)).toBeUndefined())

  it.each([
    'throttle',
    'melt:RunInstances',
    'lose:runInstances',
    'lose:RunInstances:0',
    'lose:RunInstances:x',
  ])('%s is refused', (rule) => {
    expect(() => faultsOf({ ...none, rules: [rule] })).toThrow(
      expect.objectContaining({ code: 'E_ARG_INVALID' }),
    )
  })
})
