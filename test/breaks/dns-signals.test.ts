import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { record } from '../messages.ts'
import type { JsonEvent, JsonResult } from '../project.ts'
import { expectServed, expectTold, Rehearsal } from './rehearsal.ts'
import { dnsSwitch, shrinkDnsSwitch } from './rehearsed-cloud.ts'
import { screenOf } from './told.ts'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.open(dnsSwitch, shrinkDnsSwitch)
}, 60_000)
afterAll(() => rehearsal.close())

const runOf = ({ events }: JsonResult): string =>
  String(events.find(({ kind }) => kind === 'run.started')?.run)

/** Deploys until an event comes, and kills the command then, as a power cut would. */
async function killedAt(isIt: (event: JsonEvent) => boolean, release: string, ...flags: string[]) {
  const killed = await rehearsal.project.json(rehearsal.deployment(release, ...flags), (event, child) => {
    if (isIt(event)) child.kill('SIGKILL')
  })
  expect(killed.exitCode).toBe(null)
  return runOf(killed)
}

describe.sequential('a signal', () => {
  it('between the change of the record and its sight at the name servers takes the name back', async () => {
    const before = await rehearsal.account.inventory()
    const result = await rehearsal.tasks(rehearsal.deployment('v2'), (line, child) => {
      if (/✓ point www\.example\.test at/.test(line)) child.kill('SIGTERM')
    })
    expectTold(result, {
      exitCode: 130,
      code: 'E_INTERRUPTED',
      says: [/interrupted by SIGTERM/],
      hint: /put back/,
    })
    record({
      case: 'SIGTERM while the name is switched',
      command: `${rehearsal.command}, SIGTERM`,
      exitCode: result.exitCode,
      screen: screenOf(result),
    })
    expect(result.stdout).toMatch(/↺ undo: point www\.example\.test at/)
    expectServed(result)
    await rehearsal.isAgain(before)
  }, 60_000)
})

describe.sequential('a run that is killed', () => {
  it('while blue is kept is taken back by a rollback', async () => {
    const before = await rehearsal.account.inventory()
    const isKept = ({ kind }: JsonEvent): boolean => kind === 'kept'
    const run = await killedAt(isKept, 'v2', '--keep-blue', '10m')
    const back = await rehearsal.tasks(['rollback'])
    expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(run) })
    expectServed(back)
    await rehearsal.isAgain(before)
    expect(JSON.stringify(await rehearsal.account.inventory())).not.toContain(run)
  }, 60_000)
})
