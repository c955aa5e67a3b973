import { expect, test } from 'vitest'
import { recordThing } from './domain-name.ts'

test('one record is one thing, however its name is written', () => {
  expect(recordThing('WWW.Example.Test.')).toBe('record/www.example.test')
  expect(recordThing('www.example.test')).toBe('record/www.example.test')
  expect(recordThing('\\052.example.test')).toBe(recordThing('*.example.test'))
})
