import type { ChildProcess } from 'node:child_process'
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, atTerminal } from './person.ts'
import { ended, type JsonResult, onLine, Project } from './project.ts'

/** A fleet of files: blue is pointed at in `live`, green is made beside it. */
const config = `
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { defineChange, defineCheck, defineConfig, task } from '@viridian/core'
import { z } from '${import.meta.resolve('zod')}'

const name = z.strictObject({ name: z.string() })
const make = defineChange({
  name: 'files/make', version: 1, input: name, beforeSchema: z.null(), output: z.null(), calls: [],
  title: ({ name }) => 'make ' + name,
  before: async () => null,
  run: async ({ name }) => { await writeFile('things/' + name, 'made'); return null },
  find: async () => ({ status: 'absent' as const }),
  undo: async ({ name }) => { await rm('things/' + name, { force: true }); return undefined },
  touches: ({ name }) => ['file/' + name],
  makes: ({ name }) => ['file/' + name],
  leaves: ({ name }) => ['the file ' + name],
})
const point = defineChange({
  name: 'files/point', version: 1, input: name, beforeSchema: name, output: z.null(), calls: [],
  title: ({ name }) => 'point live at ' + name,
  before: async () => ({ name: await readFile('things/live', 'utf8') }),
  run: async ({ name }) => { await writeFile('things/live', name); return null },
  find: async () => ({ status: 'absent' as const }),
  undo: async (_, c) => { await writeFile('things/live', c.before.name); return undefined },
  touches: ({ name }) => ['file/live', 'file/' + name],
})
const see = defineCheck({
  name: 'files/see', version: 1, input: name, output: z.null(), calls: [],
  title: ({ name }) => 'see ' + name,
  run: async ({ name }) => { await readFile('things/' + name); return null },
})
const files = { name: 'files', module: './files', settings: {}, steps: [make, point, see] }

const deploy = task({ args: { keep: 'duration' }, locks: () => ['file/live'] }, async (t) => {
  await t.step(make, { name: 'green' })
  await t.step(point, { name: 'green' })
  t.assign('green', [{ name: 'green' }])
  await t.keep(t.args.keep, async (watch) => { await watch.step(see, { name: 'green' }) })
  await t.commit()
  await t.step(make, { name: 'retired' })
})
const tidy = task({}, async (t) => {
  await t.confirm('Remove everything?')
  await t.step(make, { name: 'tidied' })
})
const half = task({}, async (t) => { await t.commit() })
const whole = task({}, async (t) => { await t.run(half) })
const calls = task({}, async (t) => { await t.run(deploy, { keep: 1000 }) })
export default defineConfig({ plugins: [files], tasks: { deploy, tidy, half, whole, calls } })
`

const projects: Project[] = []
let project: Project

beforeEach(async () => {
  project = await Project.of({ 'tasks.config.ts': config, 'things/live': 'blue' })
  projects.push(project)
})

afterAll(() => Promise.all(projects.map((each) => each.remove())))

const things = async (): Promise<string[]> => (await readdir(join(project.directory, 'things'))).sort()
const live = (): Promise<string> => project.read('things/live')
const run = (...args: string[]): Promise<JsonResult> => project.json(['run', 'deploy', '--yes', ...args])

/** The run's id, once it waits with its way back open. */
const untilKept = (waiting: ChildProcess): Promise<string> =>
  new Promise((resolve) =>
    onLine(waiting, (line) => {
      const { kind, run } = JSON.parse(line)
      if (kind === 'kept') resolve(run)
    }),
  )

describe('a run that keeps its way back open', () => {
  it('ends there when it is detached, refuses others meanwhile, and goes back on a rollback', async () => {
    const kept = await run('--keep', '10m', '--detach')
    expect(kept.exitCode).toBe(0)
    expect(kept.last('run.finished')).toMatchObject({ status: 'kept', exitCode: 0, leftovers: [] })
    expect(await live()).toBe('green')
    expect((await project.tasks('runs')).stdout).toMatch(
      /deploy .* kept .*\n {2}until \d{4}-.*; go back with: tasks rollback /,
    )
    const second = await run('--keep', '0s')
    expect(second.exitCode).toBe(4)
    expect(second.last('run.finished')).toMatchObject({
      error: {
        code: 'E_LOCKED',
        message: expect.stringMatching(/keeps its way back open until/),
        hint: expect.stringMatching(/"tasks rollback .* goes back, "tasks resume .* finishes/),
      },
    })
    const back = await project.json(['rollback', '--yes'])
    expect(back.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
    expect(await live()).toBe('blue')
    expect(await things()).toEqual(['live'])
    expect((await run('--keep', '0s')).exitCode).toBe(0)
    expect(await things()).toEqual(['green', 'live', 'retired'])
  })

  it('is not detached in a task that another one calls', async () => {
    const refused = await project.json(['run', 'calls', '--yes', '--detach'])
    expect(refused.last('run.finished')).toMatchObject({ exitCode: 1, error: { code: 'E_KEEP_NESTED' } })
    expect(await live()).toBe('blue')
  })

  it('says on a screen how both ways go on', async () => {
    const { stdout } = await project.tasks('run', 'deploy', '--yes', '--keep', '10m', '--detach')
    expect(stdout).toMatch(/go back with: tasks rollback \d{8}-/)
    expect(stdout).toMatch(/finish it with: tasks resume \d{8}-/)
  })

  it('is finished by a resume at once, though the window is not over', async () => {
    const kept = await run('--keep', '10m', '--detach')
    const resumed = await project.json(['resume', '--yes', String(kept.last('run.finished').run)])
    expect(resumed.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0 })
    expect(resumed.events.some(({ kind }) => kind === 'committed')).toBe(true)
    expect(await things()).toEqual(['green', 'live', 'retired'])
    const late = await project.json(['rollback', String(kept.last('run.finished').run)])
    expect(late.last('run.finished')).toMatchObject({ exitCode: 2, error: { code: 'E_RUN_COMMITTED' } })
  })

  it('is looked at once more by a resume: what is dead is not committed', async () => {
    const kept = await run('--keep', '10m', '--detach')
    await rm(join(project.directory, 'things/green'))
    const resumed = await project.json(['resume', '--yes', String(kept.last('run.finished').run)])
    expect(resumed.last('run.finished')).toMatchObject({ status: 'failed', exitCode: 1, leftovers: [] })
    expect(await live()).toBe('blue')
    expect(await things()).toEqual(['live'])
  })

  it('is taken over by a rollback from another terminal while it waits', async () => {
    const waiting = project.start(['run', 'deploy', '--yes', '--keep', '10m', '--json'])
    const result = ended(waiting)
    await untilKept(waiting)
    const back = await project.json(['rollback', '--yes'])
    expect(back.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
    const { exitCode, stdout } = await result
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/"code":"E_RUN_TAKEN_OVER"/)
    expect(stdout).not.toMatch(/undo\.step/)
    expect(await live()).toBe('blue')
    expect(await things()).toEqual(['live'])
    expect((await project.tasks('runs')).stdout).toMatch(/rolled-back/)
  })

  it('waits on when the answer to a rollback is no, and is held as before', async () => {
    const waiting = project.start(['run', 'deploy', '--yes', '--keep', '10m', '--json'])
    const result = ended(waiting)
    const id = await untilKept(waiting)
    const refused = await project.json(['rollback', id])
    expect(refused.last('run.finished')).toMatchObject({ exitCode: 3, error: { code: 'E_NOT_CONFIRMED' } })
    expect((await run('--keep', '0s')).exitCode).toBe(4)
    expect(waiting.exitCode).toBeNull()
    waiting.kill('SIGINT')
    expect((await result).exitCode).toBe(130)
    expect(await live()).toBe('blue')
  })

  it.each(['rollback', 'resume'])(
    'stays kept when the answer to a %s of a detached one is no',
    async (way) => {
      const kept = await run('--keep', '10m', '--detach')
      const id = String(kept.last('run.finished').run)
      const refused = await project.json([way, id])
      expect(refused.last('run.finished')).toMatchObject({ exitCode: 3, error: { code: 'E_NOT_CONFIRMED' } })
      expect(await live()).toBe('green')
      expect((await run('--keep', '0s')).last('run.finished')).toMatchObject({
        error: { code: 'E_LOCKED', message: expect.stringMatching(/keeps its way back open until/) },
      })
      expect((await project.json(['rollback', id, '--yes'])).exitCode).toBe(0)
      expect(await things()).toEqual(['live'])
    },
  )

  it('is not resumed while it waits', async () => {
    const waiting = project.start(['run', 'deploy', '--yes', '--keep', '10m', '--json'])
    const result = ended(waiting)
    const id = await untilKept(waiting)
    const { exitCode, stderr } = await project.tasks('resume', id)
    expect(stderr).toMatch(/E_RUN_ALIVE[\s\S]*tasks rollback/)
    expect(exitCode).toBe(4)
    waiting.kill('SIGINT')
    expect((await result).exitCode).toBe(130)
    expect(await live()).toBe('blue')
  })

  it('waits for the rest of its window when it is resumed after it was killed', async () => {
    const waiting = project.start(['run', 'deploy', '--yes', '--keep', '6s', '--json'])
    const result = ended(waiting)
    const id = await untilKept(waiting)
    waiting.kill('SIGKILL')
    await result
    const resumed = await project.json(['resume', id, '--yes'])
    expect(resumed.last('run.finished')).toMatchObject({ status: 'succeeded' })
    const at = (kind: string): number => Date.parse(String(resumed.last(kind).at))
    expect(at('committed')).toBeGreaterThanOrEqual(Date.parse(String(resumed.last('kept').until)))
  })

  it('is refused when it is to be detached and nothing is kept, and goes back', async () => {
    const refused = await run('--keep', '0s', '--detach')
    expect(refused.last('run.finished')).toMatchObject({
      ...{ status: 'failed', exitCode: 1, leftovers: [] },
      error: { code: 'E_KEEP_NONE', hint: expect.stringContaining('--keep-blue 10m') },
    })
    expect(await live()).toBe('blue')
    expect(await things()).toEqual(['live'])
  })

  it('stays what it is when it is killed: resume and rollback find it', async () => {
    const waiting = project.start(['run', 'deploy', '--yes', '--keep', '10m', '--json'])
    const result = ended(waiting)
    await untilKept(waiting)
    waiting.kill('SIGKILL')
    await result
    expect((await run('--keep', '0s')).exitCode).toBe(4)
    expect((await project.json(['rollback', '--yes'])).exitCode).toBe(0)
    expect(await things()).toEqual(['live'])
  })

  it('is undone when its guard fails', async () => {
    const waiting = project.start(['run', 'deploy', '--yes', '--keep', '10m', '--json'])
    const result = ended(waiting)
    await untilKept(waiting)
    await rm(join(project.directory, 'things/green'))
    expect((await result).exitCode).toBe(1)
    expect(await live()).toBe('blue')
  })

  it('gives the traffic back and leaves green when a rollback keeps it; the next one takes it away', async () => {
    const kept = await run('--keep', '10m', '--detach')
    const back = await project.json(['rollback', '--keep-green', '--yes'])
    expect(back.last('run.finished')).toMatchObject({
      status: 'succeeded',
      exitCode: 0,
      leftovers: ['the file green'],
      remedy: `tasks rollback ${kept.last('run.finished').run}`,
    })
    expect(await live()).toBe('blue')
    expect(await things()).toEqual(['green', 'live'])
    expect((await project.tasks('rollback', '--yes')).exitCode).toBe(0)
    expect(await things()).toEqual(['live'])
  })
})

describe('t.confirm', () => {
  it('refuses when nobody can be asked, and is answered by --yes', async () => {
    const asked = await project.json(['run', 'tidy'])
    expect(asked.last('run.finished')).toMatchObject({
      exitCode: 1,
      error: {
        code: 'E_NOT_CONFIRMED',
        message:
          '"Remove everything?" could not be confirmed, as there is no terminal to ask at; nothing was changed behind it',
      },
    })
    expect(await things()).toEqual(['live'])
    expect((await project.json(['run', 'tidy', '--yes'])).exitCode).toBe(0)
    expect(await things()).toEqual(['live', 'tidied'])
  })

  it('takes the answer of a person at a terminal', async () => {
    const sits = (...answers: Answer[]) => atTerminal(project.directory, ['run', 'tidy'], answers)
    const question = 'Remove everything? [y/N]'
    const refused = await sits({ question, typed: 'no' })
    expect(refused).toMatchObject({ exitCode: 1, unasked: 0 })
    expect(refused.screen).toMatch(/"Remove everything\?" was not confirmed; nothing was changed behind it/)
    expect(await things()).toEqual(['live'])
    const sure = { question: 'It changes real machines. [y/N]', typed: 'yes' }
    expect(await sits({ question, typed: 'y' }, sure)).toMatchObject({ exitCode: 0, unasked: 0 })
    expect(await things()).toEqual(['live', 'tidied'])
  })
})

describe('t.commit', () => {
  it('is followed by what is told, when it is not finished, and finished by a resume', async () => {
    await mkdir(join(project.directory, 'things/retired'))
    const failed = await run('--keep', '0s')
    expect(failed.last('run.finished')).toMatchObject({
      exitCode: 3,
      leftovers: ['what follows the commit is not finished: make retired'],
    })
    await rmdir(join(project.directory, 'things/retired'))
    const resumed = await project.json(['resume', '--yes', String(failed.last('run.finished').run)])
    expect(resumed.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0 })
  })

  it('is refused in a task that another one calls, at its line', async () => {
    const nested = await project.json(['run', 'whole'])
    const line = config.split('\n').findIndex((text) => text.startsWith('const half')) + 1
    expect(nested.last('run.finished')).toMatchObject({
      exitCode: 1,
      error: {
        code: 'E_COMMIT_NESTED',
        place: { file: expect.stringMatching(/tasks\.config\.ts$/), line },
        hint: expect.stringMatching(/^call it there/),
      },
    })
  })
})
