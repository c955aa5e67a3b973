import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Rehearsal } from './breaks/rehearsal.ts'
import { edit, instanceSwap } from './breaks/rehearsed-cloud.ts'
import { Visitors } from './faults/visitors.ts'

let rehearsal: Rehearsal
let visitors: Visitors

beforeAll(async () => {
  rehearsal = await Rehearsal.open(instanceSwap, (directory) =>
    edit(join(directory, 'local-fleet.ts'), 'loadBalancer:', "balancer: 'network', loadBalancer:"),
  )
  visitors = new Visitors(await rehearsal.project.cloud())
}, 90_000)

afterAll(async () => {
  await visitors?.close()
  await rehearsal?.close()
})

it('users who keep their connections through a Network Load Balancer lose nothing when blue is terminated', async () => {
  const run = await rehearsal.project.json(rehearsal.deployment('v2'))
  expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
  expect(run.last('traffic.summary')).toMatchObject({ failed: 0, died: {} })
  const { asked, failures } = visitors.take()
  expect(failures).toEqual([])
  expect(asked).toBeGreaterThan(10)
}, 180_000)
