import { expect, it } from 'vitest'
import type { Told } from './field.ts'
import { expectation } from './verdict.ts'

const told = (exitCode: number | null, more: Partial<Told> = {}): Told => ({
  exitCode,
  stdout: '',
  stderr: '',
  events: [],
  ...more,
})

it('takes an exit code at its word', () => {
  expect(expectation('run', told(0))).toMatchObject({ end: 'green', next: undefined })
  expect(expectation('run', told(1))).toMatchObject({ end: 'blue', next: undefined })
  expect(expectation('rollback', told(0))).toMatchObject({ end: 'blue', next: undefined })
})

it('gives the command that is named for what is left, and calls its absence a violation', () => {
  const remedy = { kind: 'run.finished', remedy: 'tasks rollback 20261125-1' }
  expect(expectation('run', told(3, { events: [remedy] }))).toMatchObject({ next: 'rollback' })
  expect(expectation('run', told(3)).violation).toMatch(/without the command/)
})

it('goes the other way where one is closed', () => {
  expect(expectation('resume', told(2, { stderr: 'E_RUN_UNDOING: …' }))).toMatchObject({ next: 'rollback' })
  expect(expectation('rollback', told(2, { stderr: 'E_RUN_COMMITTED: …' }))).toMatchObject({ next: 'resume' })
  expect(expectation('resume', told(2, { stderr: 'E_RUN_NONE: …' })).violation).toMatch(/not understood/)
})

it('calls a command that hangs, and a rollback that fails, violations', () => {
  expect(expectation('run', told(null)).violation).toMatch(/hung/)
  expect(expectation('rollback', told(1)).violation).toMatch(/rollback ended with 1/)
})
