import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Fleets } from './fleets.ts'
import { expectServed, expectTold, Rehearsal } from './rehearsal.ts'
import { dnsSwitch, edit, instanceSwap, type Subject, shrinkDnsSwitch } from './rehearsed-cloud.ts'
import { told } from './told.ts'

let rehearsal: Rehearsal
afterEach(() => rehearsal.close())

/** A small fleet whose balancer is watched by the alarm `errors`. */
async function open(subject: Subject, prepare: (directory: string) => Promise<void>): Promise<void> {
  rehearsal = await Rehearsal.open(subject, prepare)
  await new Fleets(rehearsal.cloud).alarm('errors', 'web')
}

const shrink = (directory: string): Promise<void> =>
  edit(join(directory, 'local-fleet.ts'), 'size: 2', 'size: 1')

/** Where a deployment says that its way back is open. */
const kept = /^● kept/

/** The alarms of this name, and of copies of it. */
const alarmsOf = async (name: string): Promise<string[]> =>
  (await rehearsal.account.inventory()).alarms
    .map(({ AlarmName = '' }) => AlarmName)
    .filter((each) => each.startsWith(name))

describe('an alarm that a deployment is watched by', () => {
  it('takes it back when it goes off while the way back is kept open, and lets none begin while it is on', async () => {
    await open(instanceSwap, shrink)
    const { account, command } = rehearsal
    const before = await account.inventory()
    const flags = ['--keep-blue', '10m', '--alarms', 'errors']
    const result = await rehearsal.when(
      kept,
      () => account.setAlarm('errors', 'ALARM'),
      rehearsal.deployment('v2', ...flags),
    )
    told('an alarm that goes off while blue is kept', `${command} ${flags.join(' ')}`, result, {
      exitCode: 1,
      code: 'E_IN_ALARM',
      says: [/^E_IN_ALARM: alarm errors is in ALARM since \S+: a test$/m],
      hint: /tasks report/,
    })
    expect(result.stdout.match(/^.*errors is in INSUFFICIENT_DATA.*$/gm)).toHaveLength(1)
    expectServed(result)
    await rehearsal.isAgain(before)

    const on = {
      ...{ exitCode: 1, code: 'E_IN_ALARM', says: [/alarm errors is in ALARM/] },
      hint: /leave it out of --alarms/,
    }
    const next = rehearsal.deployment('v3', '--alarms', 'errors')
    const refused = await rehearsal.tasks(next)
    told('an alarm that is on already', `${command} --alarms errors`, refused, on)
    expect(refused.stdout).not.toMatch(/suspend /)
    expectTold(await rehearsal.tasks(['plan', ...next.slice(1)]), on)

    await account.setAlarm('errors', 'OK')
    const detached = await rehearsal.deploy('v3', ...flags, '--detach')
    expect(detached.exitCode).toBe(0)
    await account.setAlarm('errors', 'ALARM')
    const resumed = await rehearsal.tasks(['resume', String(/run (\d{8}-\S+)$/m.exec(detached.stdout)?.[1])])
    expectTold(resumed, { ...on, hint: /tasks report/ })
    await rehearsal.isAgain(before)

    const misnamed = await rehearsal.deploy('v3', '--alarms', 'erors', '--alarms', 'slow')
    told('an alarm that does not exist', `${command} --alarms erors --alarms slow`, misnamed, {
      exitCode: 1,
      code: 'E_ALARM_NOT_FOUND',
      says: [/there is no alarm erors, and none slow in /],
      hint: /exact name/,
    })
    expect(misnamed.stdout).not.toMatch(/suspend /)
    await rehearsal.isAgain(before)
  }, 180_000)

  it('is watched in its copy once the copy is what users come to, and not in the original', async () => {
    await open(dnsSwitch, shrinkDnsSwitch)
    const { account } = rehearsal
    const before = await account.inventory()
    const plan = await rehearsal.tasks(['plan', ...rehearsal.deployment('v2', '--alarms', 'errors').slice(1)])
    expect(plan).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/see none of ⟨copy of errors⟩ in ALARM/),
    })
    const ring = async (): Promise<void> => {
      const both = await alarmsOf('errors')
      expect(both).toHaveLength(2)
      for (const name of both) await account.setAlarm(name, 'ALARM')
    }
    const flags = ['--keep-blue', '10m', '--alarms', 'errors']
    const result = await rehearsal.when(kept, ring, rehearsal.deployment('v2', ...flags))
    told(
      'an alarm whose copy goes off while blue is kept',
      `${rehearsal.command} ${flags.join(' ')}`,
      result,
      {
        exitCode: 1,
        code: 'E_IN_ALARM',
        says: [/^E_IN_ALARM: alarm errors--\S+ is in ALARM since \S+: a test$/m],
        hint: /tasks report/,
      },
    )
    expectServed(result)
    await rehearsal.isAgain(before)
  }, 180_000)
})
