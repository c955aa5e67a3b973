import { it } from 'vitest'
import { expectNoViolation } from './expectation.ts'
import { instanceSwap } from './field.ts'

it('instance-swap survives a fault at every call', () => expectNoViolation(instanceSwap), 480_000)
