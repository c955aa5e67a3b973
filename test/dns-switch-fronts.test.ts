import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rehearsal } from './breaks/rehearsal.ts'
import { dnsSwitch, edit, shrinkDnsSwitch } from './breaks/rehearsed-cloud.ts'
import type { JsonResult } from './project.ts'

const kinds = [
  ['application', []],
  // Its listener speaks TCP: what is asked of it by HTTP has to be said. Its flows are told by the minute, as the most that
  // there were in it: silence is seen in the next one.
  ['network', ['--port', '8080', '--quiet-within', '2m']],
] as const

describe.each(kinds)('a name switched between load balancers of the type %s', (type, flags) => {
  let rehearsal: Rehearsal
  const deploy = (release: string, ...more: string[]): Promise<JsonResult> =>
    rehearsal.project.json([...rehearsal.deployment(release), ...flags, ...more])

  beforeAll(async () => {
    rehearsal = await Rehearsal.open(dnsSwitch, async (directory) => {
      await shrinkDnsSwitch(directory)
      await edit(join(directory, 'local-fleet.ts'), 'loadBalancer:', `balancer: '${type}', loadBalancer:`)
    })
  }, 90_000)
  afterAll(() => rehearsal.close())

  it('is given back on a rollback, with nothing left of the copy', async () => {
    const before = await rehearsal.account.inventory()
    const kept = await deploy('v2', '--keep-blue', '10m', '--detach')
    expect(kept.last('run.finished')).toMatchObject({ status: 'kept', exitCode: 0, leftovers: [] })
    expect(kept.last('traffic.summary')).toMatchObject({ failed: 0, died: {} })
    expect((await rehearsal.project.cloud()).names.loadBalancer).toMatch(/^web--/)
    const back = await rehearsal.project.json(['rollback', '--yes'])
    expect(back.last('run.finished')).toMatchObject({ exitCode: 0, leftovers: [] })
    expect(back.last('traffic.summary')).toMatchObject({ failed: 0, died: {} })
    await rehearsal.isAgain(before)
  }, 120_000)

  it('stays at the copy, and the original is cleaned up', async () => {
    const run = await deploy('v3')
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
    expect(run.last('traffic.summary')).toMatchObject({ failed: 0, died: {} })
    const compared = run.events.filter(({ kind }) => kind === 'replica.compared')
    expect(compared.map(({ unexpected }) => unexpected)).toEqual([[], []])
    const cleanup = await rehearsal.project.json(['run', 'cleanup:blue', '--yes'])
    expect(cleanup.last('run.finished')).toMatchObject({ exitCode: 0, leftovers: [] })
    const { rules, targetGroups, groups } = await rehearsal.account.inventory()
    // The rule of the only listener that there is.
    expect(rules).toHaveLength(1)
    expect(targetGroups.map(({ TargetGroupName }) => TargetGroupName)).toEqual([
      expect.stringMatching(/^web--/),
    ])
    expect(groups).toHaveLength(1)
  }, 180_000)
})
