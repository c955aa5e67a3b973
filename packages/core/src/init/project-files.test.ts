import { expect, it } from 'vitest'
import { asTyped, packageName } from './project-files.ts'

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

it('shows commands as they are typed, and prose as it is', () => {
  const page =
    'Then `tasks list`:\n\n```\ntasks run a  # tasks\ntasks\n```\ntasks rest\n\n```\ntasks gc\n```\n'
  expect(asTyped(page, { install: ['npm install'], tasks: 'npx tasks' })).toBe(
    'Then `tasks list`:\n\n```\nnpm install\nnpx tasks run a  # tasks\ntasks\n```\ntasks rest\n\n```\nnpx tasks gc\n```\n',
  )
})
