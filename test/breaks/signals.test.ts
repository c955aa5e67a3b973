import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { record } from '../messages.ts'
import type { JsonEvent, JsonResult } from '../project.ts'
import { expectServed, expectTold, Rehearsal } from './rehearsal.ts'
import { instanceSwap } from './rehearsed-cloud.ts'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.open(instanceSwap)
}, 60_000)
afterAll(() => rehearsal.close())

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const deployment = (release: string): string[] => ['run', 'deploy:bluegreen', '--release', release]

/** Runs the deployment until an event comes, once. */
function until(
  isIt: (event: JsonEvent) => boolean,
  then: (child: ChildProcess) => void,
  release = 'v2',
): Promise<JsonResult> {
  let seen = false
  return rehearsal.project.json(deployment(release), (event, child) => {
    if (seen || !isIt(event)) return
    seen = true
    then(child)
  })
}

const starts =
  (step: string) =>
  (event: JsonEvent): boolean =>
    event.kind === 'step.started' && event.parent === undefined && event.step === step

const runOf = ({ events }: JsonResult): string =>
  String(events.find(({ kind }) => kind === 'run.started')?.run)

function expectNoneFailed({ events }: JsonResult): void {
  const traffic = events.find(({ kind }) => kind === 'traffic.summary')
  // Ahead of the first change there is no traffic yet.
  if (traffic) expect(traffic).toMatchObject({ failed: 0, died: {} })
}

/** The group is whole: all of this release, in service, and nobody holds it any more. */
async function allGreen(version: string): Promise<void> {
  const { account } = rehearsal
  const instances = await account.instances()
  const versions = await Promise.all(instances.map(({ address }) => rehearsal.versionOn(address)))
  expect(versions).toEqual([version, version])
  expect(await account.inService('web')).toEqual(instances.map(({ id }) => id).sort())
  expect(await account.group('web')).toMatchObject({ sizes: [2, 2, 4], suspended: [] })
}

describe.sequential('a signal', () => {
  it('takes the deployment back, or after the commit leaves the rest to resume', async () => {
    const good = await rehearsal.project.json(deployment('v1'))
    expect(good.exitCode).toBe(0)
    const top = good.events.filter(
      ({ kind, parent }) => kind === 'committed' || (kind === 'step.started' && parent === undefined),
    )
    const commit = top.findIndex(({ kind }) => kind === 'committed')
    const all = [...new Set(top.slice(0, commit).map(({ step }) => String(step)))]
    expect(all.length).toBeGreaterThan(10)
    // The campaign of faults interrupts a run at each of its calls.
    const steps = all.filter((_, index) => index % 3 === 1)
    const later = [...new Set(top.slice(commit + 1).map(({ step }) => String(step)))]
    expect(later).toEqual(['retire', 'unpin', 'aws-autoscaling/show-live'])
    const before = await rehearsal.account.inventory()
    for (const [index, step] of steps.entries()) {
      const signal = signals[index % signals.length] ?? 'SIGINT'
      const run = await until(starts(step), (child) => child.kill(signal))
      const end = { step, exitCode: run.exitCode, ...run.last('run.finished') }
      expect(end).toMatchObject({
        exitCode: 130,
        status: 'cancelled',
        leftovers: [],
        error: { code: 'E_INTERRUPTED', message: `interrupted by ${signal}` },
      })
      expectNoneFailed(run)
      await rehearsal.isAgain(before)
    }
    for (const [index, step] of later.entries()) {
      const release = `v${index + 2}`
      const signal = signals[index % signals.length] ?? 'SIGINT'
      const run = await until(starts(step), (child) => child.kill(signal), release)
      const end = { step, exitCode: run.exitCode, ...run.last('run.finished') }
      expect(end).toMatchObject({ exitCode: 3, status: 'cancelled', remedy: `tasks resume ${runOf(run)}` })
      expectNoneFailed(run)
      const resumed = await rehearsal.project.json(['resume', runOf(run)])
      expect({ step, exitCode: resumed.exitCode }).toEqual({ step, exitCode: 0 })
      expectNoneFailed(resumed)
      await allGreen(release)
    }
  }, 200_000)

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
      if (/▸ move 2 of web to standby|^Putting everything back/.test(line)) child.kill('SIGINT')
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
