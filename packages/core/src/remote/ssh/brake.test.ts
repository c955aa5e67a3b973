import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Brake } from './brake.ts'

let socket: PassThrough
let brake: Brake

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  socket = new PassThrough().resume()
  brake = new Brake(socket)
})
afterEach(() => {
  vi.useRealTimers()
})

test('holds the socket until the last of its holders lets go', () => {
  const [one, other] = [{}, {}]
  brake.hold(one)
  brake.hold(one)
  brake.hold(other)
  brake.release(one)
  expect(socket.isPaused()).toBe(true)
  brake.release(other)
  expect(socket.isPaused()).toBe(false)
})

test('is nothing to who does not hold it', () => {
  socket.pause()
  brake.release({})
  expect(socket.isPaused()).toBe(true)
})

test('lets the peer be heard again after some seconds', () => {
  brake.hold({})
  vi.advanceTimersByTime(9_000)
  expect(socket.isPaused()).toBe(true)
  vi.advanceTimersByTime(2_000)
  expect(socket.isPaused()).toBe(false)
})
