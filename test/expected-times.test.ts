import { afterAll, beforeAll, expect, it } from 'vitest'
import { Project } from './project.ts'
import { PseudoTerminal } from './pseudo-terminal.ts'

const taskFile = `
import { defineConfig, task } from '@viridian/core'

export default defineConfig({
  tasks: { wait: task({}, async (t) => { await t.$\`sleep 2.5; while [ ! -e go ]; do sleep 0.1; done\` }) },
})
`

let project: Project
let terminal: PseudoTerminal

beforeAll(async () => {
  project = await Project.of({ 'tasks.config.ts': taskFile })
  terminal = await PseudoTerminal.open(project.directory)
})
afterAll(async () => {
  await terminal.hangUp()
  await project.remove()
})

it('what a run and its steps are expected to take is shown at a terminal, once a run of the task has succeeded', async () => {
  await project.write('go', '')
  expect(await terminal.run(`${process.execPath} ${project.command} run wait`)).not.toContain('about')
  expect(await terminal.run(`${process.execPath} ${project.command} run wait | cat`)).not.toContain('about')
  await terminal.run('rm go')
  terminal.type(`${process.execPath} ${project.command} run wait\r`)
  await terminal.shows('sleep 0.1; done')
  expect(await terminal.shows('s of about ')).toMatch(/done \d+\.\ds of about $/)
  await terminal.shows('wait ')
  await terminal.shows('s of about ')
  await project.write('go', '')
  expect(await terminal.shows('here> ')).toMatch(/✓ wait done in/)
})
