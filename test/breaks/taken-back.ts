import { expect } from 'vitest'
import { record } from '../messages.ts'
import type { Result } from '../project.ts'
import { expectServed, expectTold, type Rehearsal, type Telling } from './rehearsal.ts'

/** A deployment that has to fail, and what a person must be told. */
export interface Attack extends Omit<Telling, 'exitCode'> {
  /** In a few words, unique in the test file. */
  readonly name: string
  readonly run: () => Promise<Result>
  /** The instance that dies, if one does. */
  readonly dead?: () => string
}

/** The deployment fails, says why, and leaves nothing behind: asserted by listing the cloud, under traffic. */
export async function takenBack(rehearsal: Rehearsal, attack: Attack): Promise<Result> {
  const before = await rehearsal.account.inventory()
  const result = await attack.run()
  expectTold(result, { ...attack, exitCode: 1 })
  record({
    case: attack.name,
    command: rehearsal.command,
    exitCode: result.exitCode,
    screen: result.stdout + result.stderr,
  })
  expect(result.stdout).toContain('nothing of it is left')
  expectServed(result, attack.dead?.())
  await rehearsal.isAgain(before)
  return result
}
