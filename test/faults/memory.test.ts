import { expect, test, vi } from 'vitest'
import type { Answer } from './gate.ts'
import { Memory } from './memory.ts'

const answer = (text: string): Answer => ({ status: 200, headers: {}, body: Buffer.from(text) })

test('a read is late by the changes of a while, and by none that came before', () => {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const memory = new Memory()
  const [old, young] = [answer('old'), answer('young')]
  memory.read('group', old)
  expect(memory.late('group', 1000)).toBeUndefined()
  memory.changed()
  now = 800
  memory.changed()
  expect(memory.late('group', 1000)).toBe(old)
  now = 1200
  expect(memory.late('group', 1000)).toBeUndefined()
  expect(memory.before('group')).toBe(old)
  memory.read('group', young)
  expect(memory.late('group', 1000)).toBeUndefined()
  memory.changed()
  expect(memory.late('group', 1000)).toBe(young)
  expect(memory.before('group')).toBe(young)
  expect(memory.late('another', 1000)).toBeUndefined()
  vi.restoreAllMocks()
})
