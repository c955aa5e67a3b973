import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type JsonResult, Project } from './project.ts'
import { idOf } from './things.ts'

/** Something is made to stay, and something else held while the run goes on. */
const config = `
import { access } from 'node:fs/promises'
import { defineChange, defineConfig, task } from '@viridian/core'
import { z } from '${import.meta.resolve('zod')}'

const change = (name, traces) => defineChange({
  name: 'door/' + name, version: 1, input: z.null(), beforeSchema: z.null(), output: z.null(), calls: [],
  title: () => name + ' the door', before: async () => null, run: async () => null,
  find: async () => ({ status: 'absent' as const }), undo: async () => undefined, touches: () => ['door/1'], ...traces,
})
const paint = change('paint', { makes: () => ['colour/red', 'brush/1'] })
const open = change('open', { holds: () => ({ 'door/1#open': 'the door is open' }) })
const shut = change('shut', { run: async () => { await access('key'); return null }, ends: () => ['door/1', 'brush/1'] })

const steps = [paint, open, shut]
const brighten = task({ args: { shuts: { type: 'boolean', default: true } } }, async (t) => {
  await t.step(paint, null)
  await t.step(open, null)
  await t.commit()
  if (t.args.shuts) await t.step(shut, null)
})
export default defineConfig({ plugins: [{ name: 'door', module: './door', settings: {}, steps }], tasks: { brighten } })
`

describe('what a run holds for its own time', () => {
  let project: Project
  beforeEach(async () => {
    project = await Project.of({ 'tasks.config.ts': config })
  })
  afterEach(() => project.remove())

  const brighten = (...flags: string[]): Promise<JsonResult> =>
    project.json(['run', 'brighten', '--yes', ...flags])
  const newest = async () => (await project.json(['runs'])).events[0]

  it('is told as left where what follows the commit fails, apart from what is to stay, until a resume has given it back', async () => {
    const failed = await brighten()
    const run = idOf(failed)
    const leftovers = ['the door is open', 'what follows the commit is not finished: shut the door']
    expect(failed.last('run.finished')).toMatchObject({
      ...{ status: 'failed', exitCode: 3, leftovers, remedy: `tasks resume ${run}` },
      stays: ['colour/red', 'brush/1'],
    })
    expect(await newest()).toMatchObject({ state: 'failed-dirty', leftovers })
    await project.write('key', '')
    const resumed = await project.json(['resume', '--yes', run])
    expect(resumed.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
    expect((await project.json(['report', run])).events).toMatchObject([
      { leftovers: [], made: ['colour/red'] },
    ])
  })

  it('is told where a task gives it back by no step, as nothing that a command could finish', async () => {
    const done = await brighten('--no-shuts')
    const left = { exitCode: 0, leftovers: ['the door is open'] }
    expect(done.last('run.finished')).toMatchObject({ status: 'succeeded', ...left })
    expect(done.last('run.finished')).not.toHaveProperty('remedy')
    expect(await newest()).toMatchObject({
      state: 'succeeded',
      leftovers: ['the door is open'],
      remedy: null,
    })
    const { stdout } = await project.tasks('run', 'brighten', '--yes', '--no-shuts')
    expect(stdout).toMatch(
      /^✓ brighten done in .*\nheld still, and no step has given it back:\n {2}- the door is open\n$/m,
    )
  })
})
