import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { ended, type JsonEvent, type JsonResult, Project } from './project.ts'

/** A plugin in a file of its own, as a package is: it makes files, and needs to know where. */
const plugin = `
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineChange } from '@viridian/core'
import { z } from '${import.meta.resolve('zod')}'

export default function files(settings) {
  const place = z.strictObject({ name: z.string(), directory: z.string() })
  const make = defineChange({
    name: 'files/make', version: 1, input: place, beforeSchema: z.null(), output: z.null(), calls: [],
    title: ({ name }) => 'make ' + name,
    before: async () => null,
    run: async ({ name, directory }) => { await writeFile(join(directory, name), String(process.env.PURPOSE)); return null },
    find: async () => ({ status: 'absent' }),
    undo: async ({ name, directory }) => {
      await writeFile(join(directory, 'undone-for'), process.env.AWS_PROFILE + ' ' + process.env.PURPOSE)
      await rm(join(directory, name), { force: true })
    },
    touches: ({ name }) => ['file/' + name],
    makes: ({ name }) => ['file/' + name],
    leaves: ({ name }) => ['the file ' + name],
  })
  return {
    name: 'files', module: import.meta.filename, settings, steps: [make],
    make: (t, name) => t.step(make, { name, directory: settings.directory }),
  }
}
`

const config = `
import { defineConfig, task } from '@viridian/core'
import files from './files.mjs'

const things = files({ directory: import.meta.dirname })
const deploy = task({}, async (t) => {
  await things.make(t, 'green')
  process.kill(process.pid, 'SIGKILL')
})
export default defineConfig({
  plugins: [things],
  tasks: { deploy },
  stages: { staging: { env: { AWS_PROFILE: 'staging', PURPOSE: 'a-secret' } } },
})
`

let project: Project

const has = (name: string): boolean => existsSync(join(project.directory, name))

afterEach(() => project.remove())

describe('a rollback of a crashed run', () => {
  beforeEach(async () => {
    project = await Project.of({ 'tasks.config.ts': config, 'files.mjs': plugin })
    await ended(project.start(['run', 'deploy', '--yes']))
    expect(has('green')).toBe(true)
  })

  const rollback = (env: Readonly<Record<string, string>> = {}, cwd?: string) =>
    ended(project.start(['rollback', '--yes'], env, cwd))

  it('makes a plugin of a module of the project, of TypeScript as the task file is', async () => {
    await project.write(
      'typed.ts',
      plugin
        .replace('(settings)', '(settings: { readonly directory: string })')
        .replace('import.meta.filename', "'./typed.ts'"),
    )
    await project.write(
      'tasks.config.ts',
      config.replace('./files.mjs', './typed.ts').replaceAll('green', 'typed'),
    )
    await ended(project.start(['run', 'deploy', '--yes']))
    expect(has('typed')).toBe(true)
    await rm(join(project.directory, 'tasks.config.ts'))
    expect(await rollback({ PURPOSE: 'a-secret' })).toMatchObject({ exitCode: 0, stderr: '' })
    expect(has('typed')).toBe(false)
  })

  it('needs no task file, from any directory within, and has the environment of the stage', async () => {
    await rm(join(project.directory, 'tasks.config.ts'))
    await mkdir(join(project.directory, 'src/deep'), { recursive: true })
    const back = await rollback({ PURPOSE: 'a-secret' }, join(project.directory, 'src/deep'))
    expect(back).toMatchObject({ exitCode: 0, stderr: '' })
    expect(back.stdout).toMatch(
      /no task file can be loaded here: the run is taken back from its journal alone/,
    )
    expect(has('green')).toBe(false)
    expect(await project.read('undone-for')).toBe('staging a-secret')
    expect((await project.tasks('runs')).stdout).toMatch(/deploy +staging .* rolled-back/)
  })

  it('needs none that compiles', async () => {
    await project.write('tasks.config.ts', 'export default {')
    expect((await rollback({ PURPOSE: 'a-secret' })).exitCode).toBe(0)
    expect(has('green')).toBe(false)
  })

  it('is not bent by what became of the task file: its task, its stage and its plugin are gone', async () => {
    await project.write('tasks.config.ts', 'export default { tasks: {}, stages: { other: {} } }')
    expect((await rollback({ PURPOSE: 'a-secret' })).exitCode).toBe(0)
    expect(has('green')).toBe(false)
    expect(await project.read('undone-for')).toBe('staging a-secret')
  })

  it('holds no value that may be a secret: it is taken from the task file, or asked for', async () => {
    const runs = join(project.directory, '.tasks/runs')
    const [journal = ''] = await readdir(runs)
    expect(await readFile(join(runs, journal), 'utf8')).not.toContain('a-secret')
    await rename(join(project.directory, 'tasks.config.ts'), join(project.directory, 'aside.ts'))
    const refused = await rollback({ PURPOSE: 'another' })
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toMatch(/^E_STAGE_ENV: the run had PURPOSE set by its stage "staging"/)
    expect(has('green')).toBe(true)
    await rename(join(project.directory, 'aside.ts'), join(project.directory, 'tasks.config.ts'))
    expect((await rollback()).exitCode).toBe(0)
    expect(has('green')).toBe(false)
  })

  it('and a resume are refused from a shell that means another account', async () => {
    const [journal = ''] = await readdir(join(project.directory, '.tasks/runs'))
    const elsewhere = { AWS_REGION: 'mars-north-1', PURPOSE: 'a-secret' }
    for (const command of [['rollback'], ['resume', journal.replace('.jsonl', '')]]) {
      const refused = await ended(project.start([...command, '--yes'], elsewhere))
      expect(refused.exitCode).toBe(2)
      expect(refused.stderr).toMatch(
        /^E_ACCOUNT_CHANGED: since the run began, AWS_REGION was not set and is mars-north-1\nhint: .*unset AWS_REGION/,
      )
    }
    expect(has('green')).toBe(true)
    // The stage sets the profile, whatever the shell says.
    expect((await rollback({ AWS_PROFILE: 'mars' })).exitCode).toBe(0)
  })

  it('says which plugin it cannot load, and changes nothing', async () => {
    await rm(join(project.directory, 'files.mjs'))
    const refused = await rollback({ PURPOSE: 'a-secret' })
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toMatch(
      /^E_PLUGIN_MISSING: the plugin files, which the run used, cannot be loaded from/,
    )
    expect(has('green')).toBe(true)
  })
})

describe('a deployment that was killed', () => {
  it('is taken back on the local cloud without its task file', async () => {
    project = await Project.fromTemplate('instance-swap')
    await project.json(['run', 'deploy:bluegreen', '--release', 'v2'])
    // What the first run started stays, for what looks at it between the runs.
    const held = project.start(['cloud', 'up', '--time-scale', '0.05'])
    const down = ended(held)
    try {
      const account = new Account(await project.cloud())
      const before = await account.inventory()
      const run = await project.json(['run', 'deploy:bluegreen', '--release', 'v3'], kill)
      expect(run.exitCode).not.toBe(0)
      expect(await account.inventory()).not.toEqual(before)
      for (const file of ['tasks.config.ts', 'deploy.ts']) await rm(join(project.directory, file))
      const back: JsonResult = await project.json(['rollback'])
      expect(back.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
      expect(await account.inventory()).toEqual(before)
    } finally {
      held.kill('SIGINT')
      await down
    }
  }, 180_000)
})

/** As soon as the new instances serve. */
function kill({ kind, title }: JsonEvent, child: ChildProcess): void {
  if (kind === 'step.finished' && /^attach/.test(String(title))) child.kill('SIGKILL')
}
