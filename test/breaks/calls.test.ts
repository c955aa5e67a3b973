import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { record } from '../messages.ts'
import type { Result } from '../project.ts'
import { expectServed, expectTold, Rehearsal } from './rehearsal.ts'
import { instanceSwap, refusal } from './rehearsed-cloud.ts'
import { takenBack } from './taken-back.ts'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.open(instanceSwap)
}, 60_000)
afterAll(() => rehearsal.close())

const command = 'tasks run deploy:bluegreen'
const screenOf = ({ stdout, stderr }: Result): string => stdout + stderr

/** Changing calls of either service, early and late: the campaign of faults refuses every one. */
const calls = ['autoscaling:CreateOrUpdateTags', 'ec2:CreateImage', 'autoscaling:EnterStandby']

/** The group is whole: as many as before, all of this release, in service, and nobody holds it any more. */
async function allGreen(version: string): Promise<void> {
  const { account } = rehearsal
  const instances = await account.instances()
  expect(await Promise.all(instances.map(({ address }) => rehearsal.versionOn(address)))).toEqual([
    version,
    version,
  ])
  expect(await account.inService('web')).toEqual(instances.map(({ id }) => id).sort())
  const group = await account.group('web')
  expect(group).toMatchObject({ sizes: [2, 2, 4], suspended: [] })
  expect(Object.keys(group.tags)).not.toContain('viridian:pin')
}

describe.sequential('a call that AWS refuses', () => {
  it.each(calls)(
    '%s: the deployment is taken back, and says which permission lacks',
    async (call) => {
      await takenBack(rehearsal, {
        name: `AWS refuses ${call}`,
        run: () => rehearsal.with([refusal(call)], () => rehearsal.deploy('v2')),
        code: 'E_AWS_DENIED',
        says: [
          new RegExp(`^E_AWS_DENIED: ${call}: UnauthorizedOperation`),
          new RegExp(`at call ${call}, request \\S+`),
        ],
        hint: new RegExp(`allow ${call} in the IAM policy`),
      })
    },
    60_000,
  )
})

describe.sequential('an undo that fails', () => {
  it('lists what is left with the command that finishes it; that command does', async () => {
    const before = await rehearsal.account.inventory()
    const faults = [refusal('autoscaling:EnterStandby'), refusal('ec2:TerminateInstances')]
    const again = await rehearsal.with(faults, async () => {
      const result = await rehearsal.deploy('v2')
      expectTold(result, {
        exitCode: 3,
        code: 'E_AWS_DENIED',
        says: [/autoscaling:EnterStandby/],
        hint: /autoscaling:EnterStandby/,
      })
      record({ case: 'undo fails', command, exitCode: result.exitCode, screen: screenOf(result) })
      expectServed(result)
      const run = runOf(result)
      const left = (await rehearsal.account.instances()).filter(({ tags }) => tags['viridian:run'] === run)
      expect(left).toHaveLength(2)
      for (const { id } of left) expect(result.stdout).toContain(`  - instance ${id}\n`)
      expect(result.stdout).toContain(`finish it with: tasks rollback ${run}\n`)
      return rehearsal.tasks(['rollback', run])
    })
    expectTold(again, {
      exitCode: 3,
      code: 'E_AWS_DENIED',
      says: [/ec2:TerminateInstances/],
      hint: /ec2:TerminateInstances/,
    })
    record({ case: 'rollback fails', command: 'tasks rollback RUN', exitCode: 3, screen: screenOf(again) })
    const resumed = await rehearsal.tasks(['resume', runOf(again)])
    expectTold(resumed, {
      exitCode: 2,
      code: 'E_RUN_UNDOING',
      says: [/cannot go on/],
      hint: /tasks rollback/,
    })
    record({
      case: 'resume of an undone run',
      command: 'tasks resume RUN',
      exitCode: 2,
      screen: screenOf(resumed),
    })
    const back = await rehearsal.tasks(['rollback'])
    expect(back).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/deploy:bluegreen taken back in/),
    })
    await rehearsal.isAgain(before)
    expect((await rehearsal.tasks(['runs'])).stdout).toMatch(
      new RegExp(`^${runOf(back)} .* rolled-back`, 'm'),
    )
  }, 90_000)
})

describe.sequential('behind the commit', () => {
  it('a refused call leaves the rest to resume, which finishes it', async () => {
    const result = await rehearsal.with([refusal('autoscaling:TerminateInstanceInAutoScalingGroup')], () =>
      rehearsal.deploy('v2'),
    )
    expectTold(result, {
      exitCode: 3,
      code: 'E_AWS_DENIED',
      says: [/at call autoscaling:TerminateInstanceInAutoScalingGroup/],
      hint: /allow autoscaling:TerminateInstanceInAutoScalingGroup/,
    })
    record({ case: 'refused behind the commit', command, exitCode: 3, screen: screenOf(result) })
    expectServed(result)
    const run = runOf(result)
    expect(result.stdout).toMatch(/^ {2}- group web: tag viridian:pin$/m)
    expect(result.stdout.match(/^ {2}- instance \S+ in standby in group web$/gm)).toHaveLength(2)
    expect(result.stdout).toContain(`finish it with: tasks resume ${run}\n`)
    expect(result.stdout).toMatch(
      /^ {2}made by it, and to stay: instance i-\w+, i-\w+; image ami-\w+; launch /m,
    )
    const back = await rehearsal.tasks(['rollback', run])
    expectTold(back, {
      exitCode: 2,
      code: 'E_RUN_COMMITTED',
      says: [/way back is closed/],
      hint: /tasks resume/,
    })
    record({
      case: 'rollback of a committed run',
      command: 'tasks rollback RUN',
      exitCode: 2,
      screen: screenOf(back),
    })
    expectTold(await rehearsal.tasks(['rollback']), {
      exitCode: 2,
      code: 'E_RUN_NONE',
      says: [/has left anything to take back/],
      hint: new RegExp(`"tasks resume ${run}" finishes it`),
    })
    const resumed = await rehearsal.tasks(['resume', run])
    expect(resumed).toMatchObject({ exitCode: 0 })
    expectServed(resumed)
    await allGreen('v2')
  }, 90_000)
})

function runOf({ stdout }: Result): string {
  const [, run] = /· run (\S+)$/m.exec(stdout) ?? []
  if (run === undefined) throw new Error(`no run stands on the screen:\n${stdout}`)
  return run
}
