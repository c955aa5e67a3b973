import { expect, it } from 'vitest'
import { packageName } from './project-files.ts'

it.each([
  ['my-fleet', 'my-fleet'],
  ['My Fleet', 'my-fleet'],
  ['.hidden', 'hidden'],
  ['_(x)', 'x'],
  ['Flotte für Web', 'flotte-f-r-web'],
  ['…', ''],
])('a package in %s is called "%s"', (directory, name) => {
  expect(packageName(directory)).toBe(name)
})
