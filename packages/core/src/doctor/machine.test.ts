import { expect, it } from 'vitest'
import { nodeFinding } from './machine.ts'
import { openFilesFinding, openFilesLimit } from './open-files.ts'

it.each([
  ['20.18.3', 'problem'],
  ['18.20.0', 'problem'],
  ['20.19.0', 'ok'],
  ['22.0.0', 'ok'],
])('Node %s is a matter of %s', (version, verdict) => {
  expect(nodeFinding(version)).toMatchObject({ verdict })
})

it('says how many files have to be allowed for so many hosts', () => {
  expect(openFilesFinding(96, 256)).toEqual([])
  expect(openFilesFinding(500, undefined)).toEqual([])
  expect(openFilesFinding(97, 256)).toMatchObject([
    { verdict: 'problem', hint: expect.stringMatching('ulimit -n 258') },
  ])
})

it('knows the limit of this process', () => {
  expect(openFilesLimit()).toBeGreaterThan(100)
})
