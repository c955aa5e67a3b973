import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended, Project } from './project.ts'

const config = `
import { defineConfig, task } from '@viridian/core'
const say = (where) => console.log(where + ' sees ' + process.env.AWS_PROFILE)
export default defineConfig({
  tasks: {
    look: task({ locks: () => { say('the lock'); return [] } }, async (t) => {
      say('the first line')
      await t.id()
    }),
  },
  stages: {
    staging: { env: { AWS_PROFILE: 'of-the-stage' } },
    rehearsal: {
      plugins: [
        {
          name: 'here', module: 'here', settings: null, rehearsal: true,
          surroundings: async () => ({ env: { AWS_PROFILE: 'of-the-surroundings' } }),
        },
      ],
    },
  },
  defaultStage: 'staging',
})
`

let project: Project
beforeAll(async () => {
  project = await Project.of({ 'tasks.config.ts': config })
})
afterAll(() => project.remove())

it.each(['run', 'plan'])(
  'is in place for all code of a task (%s), and the journal has what the shell said',
  async (mode) => {
    const { stdout } = await ended(project.start([mode, 'look'], { AWS_PROFILE: 'of-the-shell' }))
    expect(stdout).toContain('the lock sees of-the-stage')
    expect(stdout).toContain('the first line sees of-the-stage')
    expect(stdout).not.toContain('sees of-the-shell')
    const directory = join(project.directory, '.tasks/runs')
    const [journal = ''] = await readdir(directory)
    expect(await project.read(`.tasks/runs/${journal}`)).toMatch(
      /"account":\{[^}]*"AWS_PROFILE":"of-the-shell"/,
    )
  },
)

it('is that of its surroundings before any client of a task can ask an account', async () => {
  const { stdout } = await ended(
    project.start(['run', 'look', '--stage', 'rehearsal'], { AWS_PROFILE: 'of-the-shell' }),
  )
  expect(stdout).toContain('the first line sees of-the-surroundings')
})
