import { expect, it } from 'vitest'
import { callSettings } from './call-settings.ts'
import { type CallSettings, remoteTask, task } from './task.ts'

const restart = remoteTask({ role: 'web' }, async () => undefined)
const build = task({}, async () => undefined)

// As a task file in JavaScript may give them.
const unchecked = (settings: object): CallSettings => settings

it('are taken as they are, without what is undefined', () => {
  expect(callSettings('restart', restart, { concurrency: 1, hosts: ['web-1'] })).toEqual({
    concurrency: 1,
    hosts: ['web-1'],
  })
  expect(callSettings('restart', restart, unchecked({ concurrency: undefined }))).not.toHaveProperty(
    'concurrency',
  )
  expect(callSettings('build', build, {})).toEqual({})
})

it.each([
  [restart, { concurency: 1 }, 'the call of it: concurency is no setting', 'did you mean concurrency?'],
  [restart, { role: 'db' }, 'the call of it: role is no setting', /^there are hosts, concurrency, /],
  [build, { hosts: ['a'] }, 'the call of it sets hosts, and it runs on no hosts', /leave them out/],
])('refuse what can be asked of no call: %#', (called, settings, message, hint) => {
  expect(() => callSettings('it', called, unchecked(settings))).toThrow(
    expect.objectContaining({
      code: 'E_TASK_SETTING',
      message,
      hint: hint instanceof RegExp ? expect.stringMatching(hint) : hint,
    }),
  )
})
