import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended, Project } from './project.ts'

const config = `
import { defineConfig, task } from '@viridian/core'

export default defineConfig({
  tasks: {
    says: task({}, async (t) => {
      const { stdout } = await t.$\`echo \${"it's"} here\`
      t.say(stdout)
      t.say((await t.using('sh').$\`echo by sh\`).stdout)
    }),
    stops: task({}, async (t) => {
      await t.$\`
        false
        echo never\`
    }),
  },
})
`

let project: Project
beforeAll(async () => {
  project = await Project.of({ 'tasks.config.ts': config })
  const bin = join(project.directory, 'bin')
  await mkdir(bin)
  for (const program of ['sh', 'sleep']) await symlink(`/bin/${program}`, join(bin, program))
})
afterAll(() => project.remove())

const withoutBash = (...args: string[]) =>
  ended(project.start(args, { PATH: join(project.directory, 'bin') }))

it('run by sh where there is no bash', async () => {
  const { exitCode, stdout } = await withoutBash('run', 'says')
  expect(stdout).toMatch(/^· it's here$/m)
  expect(stdout).toMatch(/^· by sh$/m)
  expect(exitCode).toBe(0)
})

it('end there, too, at the first that fails', async () => {
  const { exitCode, stdout } = await withoutBash('run', 'stops')
  expect(stdout).not.toMatch(/│ never/)
  expect(exitCode).toBe(1)
})
