import { expect, test } from 'vitest'
import { readConditions } from './conditions.ts'

const Values = ['www.example.test']

test('the values of a host are taken in either form, and shown in both: what is shown is not taken back', () => {
  const shown = [{ Field: 'host-header', Values, HostHeaderConfig: { Values } }]
  expect(readConditions([{ Field: 'host-header', Values }])).toEqual(shown)
  expect(readConditions([{ Field: 'host-header', HostHeaderConfig: { Values } }])).toEqual(shown)
  expect(() => readConditions(shown)).toThrow(
    "A condition of type 'host-header' is given values in two forms",
  )
})
