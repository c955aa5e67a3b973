import type { ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonResult, Project } from './project.ts'
import { idOf, Things } from './things.ts'

let project: Project
let things: Things
beforeEach(async () => {
  things = await Things.open()
  project = things.project
})
afterEach(() => project.remove())

const notes = ({ events }: JsonResult): unknown[] =>
  events.filter(({ kind }) => kind === 'note').map(({ text }) => text)

describe('a resume', () => {
  it('goes on in silence when the task is what it was', async () => {
    const resumed = await project.json(['resume', await things.crashed()])
    expect(resumed.last('run.finished')).toMatchObject({ status: 'succeeded' })
    expect(notes(resumed).filter((text) => /changed|taken over/.test(String(text)))).toEqual([])
  })

  it('says which of the files of the task have changed before it goes on', async () => {
    const run = await things.crashed()
    await project.write('names.ts', `export { thing } from './more.ts'`)
    await project.write('more.ts', `export const thing = 'green'`)
    const resumed = await project.json(['resume', run])
    const said = resumed.events.findIndex(({ text }) =>
      /names.ts has changed, more.ts was added/.test(String(text)),
    )
    expect(said).toBeGreaterThanOrEqual(0)
    expect(said).toBeLessThan(resumed.events.findIndex(({ kind }) => kind === 'step.started'))
    expect(resumed.last('run.finished')).toMatchObject({ status: 'succeeded' })
  })

  it('stops at a step that asks for something else now, leaves the run as it is, and goes on once that is mended', async () => {
    const run = await things.crashed()
    await project.write('names.ts', `export const thing = 'blue'`)
    const stopped = await project.json(['resume', run])
    expect(stopped.last('run.finished')).toMatchObject({
      exitCode: 3,
      error: { code: 'E_RESUME_MISMATCH' },
      leftovers: ['make green'],
      remedy: `tasks rollback ${run}`,
    })
    expect(things.has('green')).toBe(true)
    expect(await things.newest()).toMatchObject({ run, state: 'crashed' })
    await project.write('names.ts', `export const thing = 'green'`)
    expect((await project.json(['resume', run])).last('run.finished')).toMatchObject({ status: 'succeeded' })
  })

  it('leaves the record of a run as it is also where it has written into it by then', async () => {
    await project.write('closed', '')
    const failed = await project.json(['run', 'deploy', '--bad'])
    expect(await things.newest()).toMatchObject({ state: 'failed-dirty' })
    const config = await project.read('tasks.config.ts')
    const more = "  await t.branch('more', (t) => t.step(make, { name: 'more' }))\n"
    await project.write('tasks.config.ts', config.replace(/const deploy = .*\n/, `$&${more}`))
    await project.write('names.ts', `export const thing = 'blue'`)
    const stopped = await project.json(['resume', idOf(failed)])
    expect(stopped.last('run.finished')).toMatchObject({ error: { code: 'E_RESUME_MISMATCH' } })
    expect(await things.newest()).toMatchObject({
      state: 'failed-dirty',
      leftovers: ['make more', 'make green'],
      error: { message: 'Error: bad things cannot be made' },
    })
    await project.write('tasks.config.ts', config)
    await project.write('names.ts', `export const thing = 'green'`)
    await rm(join(project.directory, 'closed'))
    expect(await project.tasks('rollback')).toMatchObject({ exitCode: 0 })
    expect([things.has('green'), things.has('more')]).toEqual([false, false])
  })

  it.each([
    ['args = { wait:', "args = { needed: 'string', wait:", 'task "deploy" needs --needed'],
    ["keep: { type: 'duration', default: '0s' }", "keep: 'boolean'", '--keep: 0 is not a switch'],
    ['tasks: { deploy,', 'tasks: { other: deploy,', 'there is no task "deploy"'],
  ])(
    'says that the task has changed where it does not take what the run began with: %s',
    async (from, to, why) => {
      const run = await things.crashed()
      const before = await project.read('tasks.config.ts')
      await project.write('tasks.config.ts', before.replace(from, to))
      expect(await project.tasks('resume', run)).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: `E_RUN_TASK: run ${run} cannot go on by what the task file says now: ${why}\nhint: have it take what the run began with, and resume it; or "tasks rollback ${run}" takes back what it made\n`,
      })
      expect((await project.tasks('rollback', run)).exitCode).toBe(0)
    },
  )

  it('tells branches that run side by side from each other, however long each has taken', async () => {
    const crashed = await project.json(['run', 'sideBySide'], ({ kind, title }, child) => {
      if (kind === 'step.finished' && title === '$ echo upload >> said') child.kill('SIGKILL')
    })
    const resumed = await project.json(['resume', idOf(crashed)])
    expect(resumed.last('run.finished')).toMatchObject({ status: 'succeeded' })
    expect((await project.read('said')).split('\n').filter(Boolean).sort()).toEqual(['notify', 'upload'])
  })

  it('that is refused by a lock leaves the run as it is', async () => {
    const run = await things.crashed()
    let child: ChildProcess | undefined
    const other = things.once(
      (started) => {
        child = started
      },
      '--wait',
      '60s',
    )
    await expect.poll(() => child, { timeout: 10_000 }).toBeDefined()
    const refused = await project.json(['resume', run])
    expect(refused).toMatchObject({ exitCode: 4 })
    expect(refused.last('run.finished')).toMatchObject({
      error: {
        code: 'E_LOCKED',
        message: expect.stringMatching(/^things is locked by \S+ on \S+: run \S+ of "deploy"/),
      },
      leftovers: ['make green'],
      remedy: `tasks resume ${run}`,
    })
    expect(things.has('green')).toBe(true)
    expect((await things.runs()).find((each) => each.run === run)).toMatchObject({ state: 'crashed' })
    child?.kill('SIGKILL')
    await other
  })
})

describe('a run that has ended well', () => {
  it('is neither resumed nor taken back, and no hint goes in a circle', async () => {
    const run = idOf(await project.json(['run', 'deploy']))
    const back = await project.tasks('rollback', run)
    expect(back.stderr).toMatch(/^E_RUN_COMMITTED: .*\nhint: to go back, deploy the earlier release\n$/)
    const on = await project.tasks('resume', run)
    expect(on.stderr).toMatch(/^E_RUN_ENDED: .*\nhint: .* to do it once more: "tasks run deploy"\n$/)
  })
})

describe('a run that has changed nothing', () => {
  it('is gone on with after a crash, or is on record as taken back', async () => {
    const crashed = await project.json(['run', 'idle'], ({ kind }, child) => {
      if (kind === 'task.started' || kind === 'run.started') setTimeout(() => child.kill('SIGKILL'), 300)
    })
    const run = idOf(crashed)
    expect(await things.newest()).toMatchObject({ state: 'crashed', remedy: `tasks resume ${run}` })
    const { exitCode, last } = await project.json(['rollback', run, '--yes'])
    expect([exitCode, last('run.finished')]).toMatchObject([0, { status: 'succeeded' }])
    expect(await things.newest()).toMatchObject({ run, state: 'rolled-back' })
  })
})
