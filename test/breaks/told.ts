import { expect } from 'vitest'
import { record } from '../messages.ts'
import type { Result } from '../project.ts'
import { expectTold, type Telling } from './rehearsal.ts'

export const screenOf = ({ stdout, stderr }: Result): string => stdout + stderr

/** A person was told why, and what: it goes into the table of messages. */
export function told(name: string, command: string, result: Result, expected: Telling): void {
  expectTold(result, expected)
  record({ case: name, command, exitCode: result.exitCode, screen: screenOf(result) })
}

/** The error is the last on the screen, with its code, and nobody sees a stack trace. */
export function refused(
  result: Result,
  { exitCode, code, said }: { exitCode: number; code: string; said: RegExp },
): void {
  const screen = screenOf(result)
  expect(screen.slice(screen.lastIndexOf('\nE_') + 1)).toMatch(new RegExp(`^${code}: \\S`))
  expect(screen).toMatch(said)
  expect(screen).not.toMatch(/\n\s+at .*\(?.*:\d+:\d+\)?/)
  expect(result.exitCode).toBe(exitCode)
}
