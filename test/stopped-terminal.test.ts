import { afterAll, beforeAll, expect, it } from 'vitest'
import { Project } from './project.ts'
import { PseudoTerminal } from './pseudo-terminal.ts'

const taskFile = `
import { defineConfig, task } from '@viridian/core'

export default defineConfig({
  tasks: { wait: task({}, async (t) => { await t.$\`while [ ! -e go ]; do sleep 0.1; done\` }) },
})
`
const hidden = '\u001b[?25l'
const shown = '\u001b[?25h'

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

it('a run that is stopped by Ctrl-Z gives the terminal back, and goes on in the foreground', async () => {
  terminal.type(`${process.execPath} ${project.command} run wait\r`)
  await terminal.shows(hidden)
  terminal.type('\u001a')
  expect(await terminal.shows('here> ')).toContain(shown)
  terminal.type('echo "between"\r')
  await terminal.shows('between\r\n')
  await terminal.shows('here> ')
  terminal.type('fg\r')
  // It draws below what has been done meanwhile, and takes no line of that back.
  expect(await terminal.shows(hidden)).not.toMatch(/\[\d+A/)
  await project.write('go', '')
  expect(await terminal.shows('here> ')).toMatch(/✓ wait.*\[\?25h/s)
})
