import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Rehearsal } from './breaks/rehearsal.ts'
import { dnsSwitch, edit, instanceSwap, type Subject, shrinkDnsSwitch } from './breaks/rehearsed-cloud.ts'
import { Regular } from './faults/regular.ts'
import { Visitors } from './faults/visitors.ts'

/** A fleet behind a Network Load Balancer. */
const opened = (subject: Subject, prepare?: (directory: string) => Promise<void>): Promise<Rehearsal> =>
  Rehearsal.open(subject, async (directory) => {
    await prepare?.(directory)
    await edit(join(directory, 'local-fleet.ts'), 'loadBalancer:', "balancer: 'network', loadBalancer:")
  })

describe('users who keep their connections through a Network Load Balancer', () => {
  it('lose nothing when blue is terminated', async () => {
    const rehearsal = await opened(instanceSwap)
    const visitors = new Visitors(await rehearsal.project.cloud())
    try {
      const run = await rehearsal.project.json(rehearsal.deployment('v2'))
      expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
      expect(run.last('traffic.summary')).toMatchObject({ failed: 0, died: {} })
      const { asked, failures } = visitors.take()
      expect(failures).toEqual([])
      expect(asked).toBeGreaterThan(10)
    } finally {
      await visitors.close()
      await rehearsal.close()
    }
  }, 180_000)

  it('keep blue behind a name that is switched, and lose nothing when it is retired all the same', async () => {
    const rehearsal = await opened(dnsSwitch, shrinkDnsSwitch)
    const regular = new Regular(await rehearsal.project.cloud())
    try {
      const flags = ['--port', '8080', '--quiet-for', '2s', '--quiet-within', '6s']
      const waiting = await rehearsal.project.json(rehearsal.deployment('v2', ...flags))
      expect(waiting.last('run.finished')).toMatchObject({ exitCode: 3, error: { code: 'E_NOT_SILENT' } })
      expect(regular.take()).toEqual({ failures: [], connections: 1, versions: ['v1'] })
      const again = ['resume', String(waiting.last('run.started').run), '--retire-loud']
      const retired = await rehearsal.project.json([...again, '--quiet-within', '1s'])
      expect(retired.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
      expect(retired.last('traffic.summary')).toMatchObject({ failed: 0, died: {} })
      expect(regular.take()).toEqual({ failures: [], connections: 2, versions: ['v1', 'v2'] })
    } finally {
      await regular.close()
      await rehearsal.close()
    }
  }, 180_000)
})
