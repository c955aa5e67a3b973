import { afterAll, beforeAll, expect, it } from 'vitest'
import { Project } from './project.ts'
import { said } from './referees/remote-project.ts'

const taskFile = `
import { defineConfig, remoteTask, task } from '@viridian/core'
import config from './template.config.ts'
import { fleets, instances } from './deploy.ts'

const reboot = remoteTask({ role: 'fleet' }, async (host, t) => {
  const boot = () => host.run\`cat /proc/sys/kernel/random/boot_id\`
  const before = await boot()
  await host.write('left', 'on the disk')
  const asleep = host.run\`sleep 1000\`.catch((error) => error.code)
  await host.reboot({ timeout: '60s' })
  const after = await boot()
  t.say(JSON.stringify([before.stdout === after.stdout, await host.read('left'), await asleep]))
})
const all = task({ args: {} }, async (t) => {
  const blue = await fleets.describe(t, 'web')
  t.assign('fleet', await instances.launchLike(t, blue.launch, { like: blue, count: 2 }))
  await t.run(reboot)
})

export default defineConfig({ ...config, tasks: { ...config.tasks, all, reboot } })
`

let project: Project

beforeAll(async () => {
  project = await Project.fromTemplate('instance-swap')
  await project.write('template.config.ts', await project.read('tasks.config.ts'))
  await project.write('tasks.config.ts', taskFile)
})
afterAll(() => project.remove())

it('reboots instances, each until it has booted anew', async () => {
  const run = await project.json(['run', 'all'])
  expect(run.last('run.finished')).not.toHaveProperty('error')
  const rebooted = said(run).filter(Array.isArray)
  expect(rebooted).toHaveLength(2)
  for (const each of rebooted)
    expect(each).toEqual([false, 'on the disk', expect.stringMatching(/^E_(HOST_LOST|COMMAND_FAILED)$/)])
}, 120_000)
