import { expect, test } from 'vitest'
import type { Event } from '../events/event.ts'
import { heldWhileAsked } from './held.ts'

const note = (text: string): Event => ({ kind: 'note', level: 'info', text })

function recorder() {
  const said: string[] = []
  const output = heldWhileAsked({
    event: (event) => void said.push(event.kind === 'note' ? event.text : event.kind),
    caughtUp: () => undefined,
    ask: (question) => question(),
    close: () => void said.push('closed'),
  })
  return { output, said }
}

test('what is said while a person is asked comes afterwards, in its order', async () => {
  const { output, said } = recorder()
  output.event(note('before'))
  await output.ask(async () => {
    output.event(note('one'))
    await output.ask(async () => output.event(note('two')))
    expect(said).toEqual(['before'])
  })
  output.event(note('after'))
  expect(said).toEqual(['before', 'one', 'two', 'after'])
})

test('whoever says very much meanwhile waits', async () => {
  const { output } = recorder()
  let caughtUp: Promise<void> | undefined
  await output.ask(async () => {
    for (let count = 0; count < 1_000; count += 1) {
      expect(output.caughtUp()).toBeUndefined()
      output.event(note('more'))
    }
    caughtUp = output.caughtUp()
    expect(caughtUp).toBeInstanceOf(Promise)
  })
  await caughtUp
  expect(output.caughtUp()).toBeUndefined()
})

test('an end in the midst of it loses nothing', async () => {
  const { output, said } = recorder()
  void output.ask(() => new Promise(() => undefined))
  output.event(note('last'))
  output.close()
  expect(said).toEqual(['last', 'closed'])
})
