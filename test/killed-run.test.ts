import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rehearsal } from './breaks/rehearsal.ts'
import { edit, instanceSwap } from './breaks/rehearsed-cloud.ts'
import { Visitors } from './faults/visitors.ts'

interface Moment {
  readonly step: string
  readonly signal: 'SIGKILL' | 'SIGTERM'
  /** Null of a process that was killed. */
  readonly exitCode: number | null
  /** What a person does then. */
  readonly command?: 'resume' | 'rollback'
  readonly end: 'blue' | 'green'
}

const moments: readonly Moment[] = [
  { step: 'attach-instances', signal: 'SIGKILL', exitCode: null, command: 'resume', end: 'green' },
  { step: 'attach-instances', signal: 'SIGTERM', exitCode: 130, end: 'blue' },
  { step: 'enter-standby', signal: 'SIGKILL', exitCode: null, command: 'rollback', end: 'blue' },
  { step: 'retire-instance', signal: 'SIGKILL', exitCode: null, command: 'resume', end: 'green' },
  { step: 'retire-instance', signal: 'SIGTERM', exitCode: 3, command: 'resume', end: 'green' },
]

// The campaign of faults does it at every call; here it is behind the kinds of load balancers that forward to target groups.
describe.each(['application', 'network'] as const)('behind a load balancer of the type %s', (type) => {
  let rehearsal: Rehearsal
  let visitors: Visitors
  let releases = 1

  beforeAll(async () => {
    rehearsal = await Rehearsal.open(instanceSwap, (directory) =>
      edit(join(directory, 'local-fleet.ts'), 'loadBalancer:', `balancer: '${type}', loadBalancer:`),
    )
    // A Network Load Balancer passes connections on: one that is kept lasts as long as its instance, and may be cut.
    visitors = new Visitors(rehearsal.cloud, rehearsal.cloud.names, type === 'application')
  }, 120_000)
  afterAll(async () => {
    await visitors?.close()
    await rehearsal?.close()
  })

  it.each(moments)(
    'a run that $signal ends in $step is all $end in the end',
    async ({ step, signal, exitCode, command, end }) => {
      const { account, project, cloud } = rehearsal
      const before = await account.inventory()
      visitors.take()
      releases += 1
      const release = `v${releases}`
      const run = await project.json(rehearsal.deployment(release), (event, child) => {
        if (event.kind === 'step.started' && event.step === `aws-autoscaling/${step}`) child.kill(signal)
      })
      expect(run.exitCode).toBe(exitCode)
      if (command !== undefined) {
        const finished = await project.json([command, String(run.last('run.started').run), '--yes'])
        expect(finished.last('run.finished')).toMatchObject({ exitCode: 0, leftovers: [] })
      }
      if (end === 'blue') await rehearsal.isAgain(before)
      else {
        const ids = before.instances.map(({ id }) => id)
        const green = (await account.instances()).filter(({ id }) => !ids.includes(id))
        expect(await Promise.all(green.map(({ address }) => rehearsal.versionOn(address)))).toEqual(
          ids.map(() => release),
        )
        expect(await account.behind(cloud.names.record)).toEqual(green.map(({ id }) => id).sort())
      }
      const { asked, failures, died } = visitors.take()
      expect({ failures, died }).toEqual({ failures: [], died: [] })
      expect(asked).toBeGreaterThan(10)
    },
    180_000,
  )
})
