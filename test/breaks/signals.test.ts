import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { record } from '../messages.ts'
import { expectServed, expectTold, Rehearsal } from './rehearsal.ts'
import { instanceSwap } from './rehearsed-cloud.ts'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.open(instanceSwap)
}, 60_000)
afterAll(() => rehearsal.close())

const deployment = (release: string): string[] => ['run', 'deploy:bluegreen', '--release', release]

// The campaign of faults interrupts a run at its calls; here it is about what a person is told.
describe.sequential('a signal', () => {
  it('is told, last on the screen', async () => {
    const before = await rehearsal.account.inventory()
    const result = await rehearsal.tasks(deployment('v2'), (line, child) => {
      if (/▸ update_code/.test(line)) child.kill('SIGINT')
    })
    expectTold(result, {
      exitCode: 130,
      code: 'E_INTERRUPTED',
      says: [/interrupted by SIGINT/],
      hint: /put back/,
    })
    record({
      case: 'Ctrl-C',
      command: 'tasks run deploy:bluegreen, Ctrl-C',
      exitCode: 130,
      screen: result.stdout + result.stderr,
    })
    expectServed(result)
    await rehearsal.isAgain(before)
  }, 60_000)

  it('that comes again ends the run at once; a rollback takes it back', async () => {
    const before = await rehearsal.account.inventory()
    const result = await rehearsal.tasks(deployment('v2'), (line, child) => {
      if (/▸ move 2 of web to standby/.test(line)) child.kill('SIGINT')
      // As somebody who has seen that it goes on.
      if (/^Putting everything back/.test(line)) setTimeout(() => child.kill('SIGINT'), 250)
    })
    expectTold(result, {
      exitCode: 3,
      code: 'E_INTERRUPTED',
      says: [/SIGINT again: stopped at once; its journal is whole/],
      hint: /^hint: "tasks rollback \S+" takes back what the run made$/m,
    })
    record({
      case: 'Ctrl-C twice',
      command: 'tasks run deploy:bluegreen, Ctrl-C, Ctrl-C',
      exitCode: 3,
      screen: result.stdout + result.stderr,
    })
    const back = await rehearsal.tasks(['rollback'])
    expect(back).toMatchObject({ exitCode: 0 })
    expectServed(back)
    await rehearsal.isAgain(before)
  }, 60_000)
})
