import { it } from 'vitest'
import { expectNoViolation } from './expectation.ts'
import { dnsSwitch } from './field.ts'

it('dns-switch survives a fault at every call', () => expectNoViolation(dnsSwitch), 480_000)
