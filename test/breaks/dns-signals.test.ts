import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { record } from '../messages.ts'
import type { JsonEvent, JsonResult } from '../project.ts'
import { expectLive } from './live.ts'
import { expectServed, expectTold, Rehearsal } from './rehearsal.ts'
import { dnsSwitch, edit } from './rehearsed-cloud.ts'
import { screenOf } from './told.ts'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.open(dnsSwitch, async (directory) => {
    await edit(join(directory, 'local-fleet.ts'), 'size: 2', 'size: 1')
    await edit(join(directory, 'tasks.config.ts'), "quietFor: '8s'", "quietFor: '4s'")
  })
}, 60_000)
afterAll(() => rehearsal.close())

const starts =
  (step: string) =>
  (event: JsonEvent): boolean =>
    event.kind === 'step.started' && event.step === step

const calls =
  (operation: string) =>
  (event: JsonEvent): boolean =>
    event.kind === 'aws.call' && event.operation === operation

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

const pointed = calls('ChangeResourceRecordSets')

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
  it.each([
    ['while the image bakes', starts('aws-ec2/see-available'), []],
    ['just after the name was switched', pointed, []],
    ['while blue is kept', ({ kind }: JsonEvent) => kind === 'kept', ['--keep-blue', '10m']],
  ] as const)(
    '%s is taken back by a rollback',
    async (_, isIt, flags) => {
      const before = await rehearsal.account.inventory()
      const run = await killedAt(isIt, 'v2', ...flags)
      const back = await rehearsal.tasks(['rollback'])
      expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(run) })
      expectServed(back)
      await rehearsal.isAgain(before)
      expect(JSON.stringify(await rehearsal.account.inventory())).not.toContain(run)
    },
    60_000,
  )

  it.each([
    ['after the group was copied', calls('CreateAutoScalingGroup'), 'v3'],
    ['just after the name was switched', pointed, 'v4'],
    ['while blue is scaled to zero', starts('scale-to-zero'), 'v5'],
  ] as const)(
    '%s is finished by a resume',
    async (_, isIt, release) => {
      const run = await killedAt(isIt, release)
      const resumed = await rehearsal.tasks(['resume', run])
      expect(resumed).toMatchObject({ exitCode: 0 })
      expectServed(resumed)
      await expectLive(rehearsal, release, 1)
    },
    60_000,
  )
})
