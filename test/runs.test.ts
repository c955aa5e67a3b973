import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, type JsonEvent, type JsonResult, onLine, Project } from './project.ts'

const zod = import.meta.resolve('zod')

/** Changes that are files, made one after another; the last of them can be made to fail, and so can every undo. */
const config = `
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineChange, defineConfig, remoteTask, task } from '@viridian/core'
import { z } from '${zod}'
import { thing } from './names.ts'

const at = (name) => join(import.meta.dirname, name)
const schema = z.object({ name: z.string() })
const make = defineChange({
  name: 'things/make', version: 1, input: schema, beforeSchema: z.null(), output: z.null(), calls: [],
  title: ({ name }) => 'make ' + name,
  before: async () => null,
  run: async ({ name }) => {
    if (name === 'bad') throw new Error('bad things cannot be made')
    writeFileSync(at(name), '')
    return null
  },
  find: async ({ name }) => existsSync(at(name)) ? { status: 'done', output: null } : { status: 'absent' },
  undo: async ({ name }) => {
    if (existsSync(at('slow'))) await sleep(60_000)
    if (existsSync(at('stuck'))) throw new Error(name + ' is stuck')
    rmSync(at(name), { force: true })
  },
  touches: ({ name }) => [name],
  leaves: ({ name }) => ['the thing ' + name],
})
const things = { name: 'things', module: 'things', settings: null, steps: [make] }

// How a task's own mistakes would end a process, with what it has made left behind.
const endings = {
  never: () => new Promise(() => {}),
  nested: (t) => t.run(idleForEver),
  remote: (t) => t.run(remoteTask({ role: 'web' }, () => new Promise(() => {}))),
  timer: async () => { setTimeout(() => { throw new Error('in a timer') }, 10); await sleep(60_000) },
  emitter: async () => { setTimeout(() => new EventEmitter().emit('error', new Error('of an emitter')), 10); await sleep(60_000) },
  odd: async () => { throw Object.create(null) },
  outer: async (t) => {
    await t.branch('build', async () => { await t.$\`true\` })
  },
  promise: async () => { void Promise.reject(new Error('awaited by nobody')); await sleep(60_000) },
}
const idleForEver = task({}, () => new Promise(() => {}))
const mistaken = task({ args: { how: { type: 'string', choices: Object.keys(endings) } } }, async (t) => {
  await t.step(make, { name: thing })
  console.log('to be read by people')
  await endings[t.args.how](t)
})

const exits = task({}, async (t) => {
  await t.step(make, { name: thing })
  process.exit(0)
})
const sideBySide = task({}, async (t) => {
  const chain = (name, seconds) => t.branch(name, async (t) => {
    await t.$\`sleep \${seconds}\`
    await t.$\`echo \${name} >> said\`
  })
  await Promise.all([chain('upload', 0.5), chain('notify', 0.1)])
})

const chatty = task({}, async (t) => {
  await t.step(make, { name: thing })
  for (let count = 0; count < 200; count += 1) await t.id()
})

const waits = task({}, async (t) => {
  await t.keep('10m')
  await t.commit()
})

const args = { wait: { type: 'duration', default: '0s' }, keep: { type: 'duration', default: '0s' }, bad: 'boolean' }
const deploy = task({ args, locks: () => ['things'] }, async (t) => {
  await t.step(make, { name: thing })
  if (t.args.wait > 0) await sleep(t.args.wait, undefined, { signal: t.signal })
  if (t.args.bad) await t.step(make, { name: 'bad' })
  await t.keep(t.args.keep)
  await t.commit()
})
export default defineConfig({
  plugins: [things],
  roles: { web: ['127.0.0.1'] },
  tasks: { deploy, waits, mistaken, chatty, exits, sideBySide, idleForEver, idle: task({}, async () => { await sleep(60_000) }) },
  stages: { here: { plugins: [{ name: 'here', module: 'here', settings: null, rehearsal: true }] } },
})
`

let project: Project
beforeEach(async () => {
  project = await Project.of({ 'tasks.config.ts': config, 'names.ts': `export const thing = 'green'` })
})
afterEach(() => project.remove())

const runs = async () => (await project.json(['runs'])).events
const newest = async () => (await runs())[0]
const idOf = ({ events }: JsonResult): string =>
  String(events.find(({ kind }) => kind === 'run.started')?.run)

/** A run that has made its thing, and waits when this is done to it. */
function once(act: (child: ChildProcess) => void, ...args: string[]): Promise<JsonResult> {
  let seen = false
  return project.json(['run', 'deploy', ...args], ({ kind, title }: JsonEvent, child) => {
    if (seen || kind !== 'step.finished' || title !== 'make green') return
    seen = true
    act(child)
  })
}

const notes = ({ events }: JsonResult): unknown[] =>
  events.filter(({ kind }) => kind === 'note').map(({ text }) => text)

describe('a resume', () => {
  const crash = async (): Promise<string> =>
    idOf(await once((child) => child.kill('SIGKILL'), '--wait', '2s'))

  it('goes on in silence when the task is what it was', async () => {
    const resumed = await project.json(['resume', await crash()])
    expect(resumed.last('run.finished')).toMatchObject({ status: 'succeeded' })
    expect(notes(resumed).filter((text) => /changed|taken over/.test(String(text)))).toEqual([])
  })

  it('says which of the files of the task have changed before it goes on', async () => {
    const run = await crash()
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
    const run = await crash()
    await project.write('names.ts', `export const thing = 'blue'`)
    const stopped = await project.json(['resume', run])
    expect(stopped.last('run.finished')).toMatchObject({
      exitCode: 3,
      error: { code: 'E_RESUME_MISMATCH' },
      leftovers: ['make green'],
      remedy: `tasks rollback ${run}`,
    })
    expect(existsSync(join(project.directory, 'green'))).toBe(true)
    expect(await newest()).toMatchObject({ run, state: 'crashed' })
    await project.write('names.ts', `export const thing = 'green'`)
    expect((await project.json(['resume', run])).last('run.finished')).toMatchObject({ status: 'succeeded' })
  })

  it('tells branches that run side by side from each other, however long each has taken', async () => {
    const crashed = await project.json(['run', 'sideBySide'], ({ kind, title }, child) => {
      if (kind === 'step.finished' && title === '$ echo upload >> said') child.kill('SIGKILL')
    })
    const resumed = await project.json(['resume', idOf(crashed)])
    expect(resumed.last('run.finished')).toMatchObject({ status: 'succeeded' })
    expect((await project.read('said')).split('\n').filter(Boolean).sort()).toEqual(['notify', 'upload'])
  })

  it('that is refused by a lock leaves the run as it is', async () => {
    const run = await crash()
    let child: ChildProcess | undefined
    const other = once(
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
    })
    expect(existsSync(join(project.directory, 'green'))).toBe(true)
    expect((await runs()).find((each) => each.run === run)).toMatchObject({ state: 'crashed' })
    child?.kill('SIGKILL')
    await other
  })
})

describe('a rollback that is not told of which run', () => {
  it('takes no older one back when the newest cannot be read', async () => {
    const run = idOf(await once((child) => child.kill('SIGKILL'), '--wait', '2s'))
    await project.write('.tasks/runs/99990101-000000-aaaa.jsonl', 'no record\n')
    const { exitCode, stderr } = await project.tasks('rollback')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^E_RUN_UNCLEAR: the journal of run 99990101-000000-aaaa cannot be read/)
    expect(stderr).toContain(`hint: say which run to take back: "tasks rollback ${run}"`)
    expect(existsSync(join(project.directory, 'green'))).toBe(true)
    expect((await project.tasks('rollback', run)).exitCode).toBe(0)
  })

  it('and a list of runs take no copy of a journal for a run', async () => {
    const run = idOf(await once((child) => child.kill('SIGKILL'), '--wait', '2s'))
    const journal = await project.read(`.tasks/runs/${run}.jsonl`)
    await project.write(`.tasks/runs/${run}-backup.jsonl`, journal)
    await project.write('.tasks/runs/20250101-000000-aaaa.jsonl', journal)
    expect((await runs()).map((each) => [each.run, each.state])).toEqual([
      [run, 'crashed'],
      ['20250101-000000-aaaa', 'damaged'],
    ])
    const resumed = await project.tasks('resume', '20250101-000000-aaaa')
    expect(resumed.stderr).toMatch(new RegExp(`^E_JOURNAL_DAMAGED: the journal is that of run ${run}`))
    expect((await project.tasks('rollback')).exitCode).toBe(0)
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
    expect(await newest()).toMatchObject({ state: 'crashed', remedy: `tasks resume ${run}` })
    const { exitCode, last } = await project.json(['rollback', run, '--yes'])
    expect([exitCode, last('run.finished')]).toMatchObject([0, { status: 'succeeded' }])
    expect(await newest()).toMatchObject({ run, state: 'rolled-back' })
  })
})

describe('a second signal', () => {
  it.each([
    ['SIGHUP', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ] as const)('ends a run in its undo at once (%s, then %s); a rollback goes on', async (one, other) => {
    await project.write('slow', '')
    const child = project.start(['run', 'deploy', '--wait', '60s'])
    onLine(child, (line) => {
      if (/✓ make green/.test(line)) child.kill(one)
      if (/^Putting everything back/.test(line)) setTimeout(() => child.kill(other), 300)
    })
    const stopped = await ended(child)
    expect(stopped.exitCode).toBe(3)
    expect(stopped.stdout).toContain(`${one}: stopping, then putting back what its steps have made`)
    expect(stopped.stderr).toMatch(
      new RegExp(`${other} again: stopped at once; its journal is whole\nhint: "tasks rollback`),
    )
    expect(await newest()).toMatchObject({ state: 'crashed', leftovers: ['make green'] })
    await rm(join(project.directory, 'slow'))
    expect((await project.tasks('rollback')).exitCode).toBe(0)
    expect(existsSync(join(project.directory, 'green'))).toBe(false)
  })

  it('is none when it comes with the first one, or tells of a terminal that is gone', async () => {
    const stopped = await once(
      (child) => {
        for (const signal of ['SIGTERM', 'SIGTERM', 'SIGHUP'] as const) child.kill(signal)
        setTimeout(() => child.kill('SIGTERM'), 20)
      },
      '--wait',
      '60s',
    )
    expect(stopped.exitCode).toBe(130)
    const { exitCode } = await project.json(['run', 'deploy', '--wait', '60s'], ({ kind, title }, child) => {
      if (kind !== 'step.finished' || title !== 'make green') return
      child.kill('SIGHUP')
      setTimeout(() => child.kill('SIGHUP'), 300)
    })
    expect(exitCode).toBe(130)
    expect(existsSync(join(project.directory, 'green'))).toBe(false)
  })
})

describe('a mistake that would end the process', () => {
  it.each([
    ['never', 'E_TASK_STUCK', 'nothing is left to wait for, and "mistaken" has not ended'],
    ['nested', 'E_TASK_STUCK', 'nothing is left to wait for, and "mistaken" has not ended'],
    ['remote', 'E_TASK_STUCK', 'nothing is left to wait for, and "mistaken" has not ended'],
    ['timer', 'E_UNEXPECTED', 'Error: in a timer'],
    ['emitter', 'E_UNEXPECTED', 'Error: of an emitter'],
    ['odd', 'E_UNEXPECTED', 'Error: [Object: null prototype] {}'],
    ['promise', 'E_UNEXPECTED', 'Error: awaited by nobody'],
    ['outer', 'E_SCOPE_OUTER', 'within "build", command is asked of a t from outside of it'],
  ])('%s: fails the run, and is undone', async (how, code, message) => {
    const { exitCode, last, stderr } = await project.json(['run', 'mistaken', '--how', how])
    expect(last('run.finished')).toMatchObject({ exitCode: 1, error: { code, message }, leftovers: [] })
    expect(exitCode).toBe(1)
    expect(stderr).toBe('to be read by people\n')
    expect(existsSync(join(project.directory, 'green'))).toBe(false)
    expect(await newest()).toMatchObject({ state: 'failed-undone' })
  })

  it.each([
    ['await new Promise(() => {})', 'E_STUCK: nothing is left to wait for, and the task file has not ended'],
    [
      "setTimeout(() => { throw new Error('early') }); await new Promise((go) => setTimeout(go, 500))",
      'Error: early',
    ],
  ])('%s: is told of a task file', async (line, message) => {
    await project.write('names.ts', `${line}\nexport const thing = 'green'`)
    const { exitCode, stderr } = await project.tasks('run', 'deploy')
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
    expect(exitCode).not.toBe(0)
  })
})

describe('a task that ends the process', () => {
  it('leaves a run that is told of, and that can be taken back', async () => {
    const { exitCode, stderr } = await project.tasks('run', 'exits')
    expect(exitCode).toBe(3)
    expect(stderr).toContain(
      'E_TASK_EXIT: "exits" has ended the process, by process.exit; its journal is whole',
    )
    expect(await newest()).toMatchObject({ state: 'crashed', leftovers: ['make green'] })
    expect((await project.tasks('rollback')).exitCode).toBe(0)
  })
})

describe('a run whose journal has no room any more', () => {
  it('is undone, says that this is not on record, and is taken back once more when there is room', async () => {
    await project.json(['run', 'deploy'])
    const limited = ['-c', 'ulimit -f 16; exec "$@"', 'sh', process.execPath, project.command]
    const child = spawn('sh', [...limited, 'run', 'chatty'], { cwd: project.directory })
    const full = await ended(child)
    expect(full.exitCode).toBe(3)
    expect(full.stdout).toContain('E_JOURNAL_WRITE')
    expect(full.stdout).toMatch(
      /\n {2}- what is undone is not on record: make room [^\n]*\n {2}finish it with: tasks rollback \S+\n/,
    )
    expect(existsSync(join(project.directory, 'green'))).toBe(false)
    expect(await newest()).toMatchObject({ state: 'crashed', leftovers: ['make green'] })
    expect((await project.tasks('rollback')).exitCode).toBe(0)
    expect(await newest()).toMatchObject({ state: 'rolled-back' })
  })
})

describe('runs that are started at the same instant', () => {
  it('are refused but for one, each time', async () => {
    for (let round = 0; round < 3; round += 1) {
      const ends = await Promise.all(
        Array.from({ length: 2 }, () => project.json(['run', 'deploy', '--wait', '4s'])),
      )
      expect(ends.map(({ exitCode }) => exitCode).sort()).toEqual([0, 4])
    }
  })
})

describe('tasks runs', () => {
  it('has every member of every run, whatever became of it', async () => {
    await project.json(['run', 'deploy'])
    expect(await newest()).toEqual({
      kind: 'run',
      run: expect.stringMatching(/^\d{8}-\d{6}-\w+$/),
      task: 'deploy',
      stage: 'here',
      by: expect.stringMatching(/^\S+@\S+$/),
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      state: 'succeeded',
      until: null,
      ms: expect.any(Number),
      leftovers: [],
      remedy: null,
      error: null,
    })
    const [journal = ''] = await readdir(join(project.directory, '.tasks/runs'))
    await appendFile(join(project.directory, '.tasks/runs', journal), 'no record\n')
    const [damaged] = await runs()
    expect(damaged).toMatchObject({ state: 'damaged', task: null, error: { code: 'E_JOURNAL_DAMAGED' } })
  })

  it('tells a failure that was undone, a cancelled run, and one that left something', async () => {
    await project.json(['run', 'deploy', '--bad'])
    expect(await newest()).toMatchObject({ state: 'failed-undone', leftovers: [], remedy: null })
    await once((child) => child.kill('SIGINT'), '--wait', '10s')
    expect(await newest()).toMatchObject({ state: 'cancelled', leftovers: [], remedy: null })
    await project.write('stuck', '')
    const dirty = idOf(await project.json(['run', 'deploy', '--bad']))
    expect(await newest()).toMatchObject({
      run: dirty,
      state: 'failed-dirty',
      leftovers: ['the thing green'],
      remedy: `tasks rollback ${dirty}`,
    })
    const { stdout } = await project.tasks('runs')
    expect(stdout).toMatch(
      /failed-dirty.*\n {2}left: the thing green\n {2}finish it with: tasks rollback \S+\n/,
    )
  })

  it('tells a run from one that crashed, also in its rollback', async () => {
    let during: JsonEvent | undefined
    const crashed = idOf(
      await once(
        (child) => {
          void newest().then((run) => {
            during = run
            child.kill('SIGKILL')
          })
        },
        '--wait',
        '20s',
      ),
    )
    expect(during).toMatchObject({ state: 'running', leftovers: [], remedy: null })
    const remedy = `tasks rollback ${crashed}`
    expect(await newest()).toMatchObject({ state: 'crashed', leftovers: ['make green'], remedy })
    await project.write('stuck', '')
    expect((await project.tasks('rollback')).exitCode).toBe(3)
    expect(await newest()).toMatchObject({ state: 'failed-dirty', leftovers: ['the thing green'], remedy })
  })

  it('reads any number of journals, few at once, and tells one that cannot be opened from a damaged one', async () => {
    await project.json(['run', 'deploy'])
    const directory = join(project.directory, '.tasks/runs')
    const [name = ''] = await readdir(directory)
    const run = name.replace('.jsonl', '')
    const [first = ''] = (await readFile(join(directory, name), 'utf8')).split('\n')
    for (let count = 0; count < 300; count += 1) {
      const id = `20250101-000000-${String(count).padStart(4, '0')}`
      const text = first.slice(first.indexOf(' ') + 1).replace(run, id)
      const sum = createHash('sha256').update(text).digest('hex').slice(0, 12)
      await writeFile(join(directory, `${id}.jsonl`), `${sum} ${text}\n`)
    }
    await mkdir(join(directory, '20250102-000000-aaaa.jsonl'))
    const few = ['-c', 'ulimit -n 128; exec "$@"', 'sh', process.execPath, project.command]
    const listed = await ended(spawn('sh', [...few, 'runs', '--json'], { cwd: project.directory }))
    const states = listed.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    expect(states).toHaveLength(302)
    expect(states.filter(({ state }) => state === 'unreadable' || state === 'damaged')).toMatchObject([
      { run: '20250102-000000-aaaa', state: 'unreadable', error: { code: 'E_STATE_READ' } },
    ])
  })

  it('tells of a run whose lock cannot be read, and goes on', async () => {
    await project.json(['run', 'deploy'])
    const crashed = idOf(await once((child) => child.kill('SIGKILL'), '--wait', '2s'))
    const lock = `.tasks/locks/run%2F${crashed}.json`
    await project.write(lock, '')
    const [unreadable, other] = await runs()
    expect(unreadable).toMatchObject({
      ...{ run: crashed, task: 'deploy', state: 'unreadable', leftovers: [], remedy: null },
      error: { code: 'E_STATE_READ', place: { file: join(await realpath(project.directory), lock) } },
    })
    expect(other).toMatchObject({ state: 'succeeded' })
    const { stdout } = await project.tasks('runs')
    expect(stdout).toMatch(/ unreadable\n {2}a lock cannot be read: [^\n]*: \.tasks\/locks\/run%2F/)
  })

  it('tells until when a way back is kept open, and that it was taken', async () => {
    await project.json(['run', 'deploy', '--keep', '10m', '--detach'])
    expect(await newest()).toMatchObject({
      state: 'kept',
      until: expect.stringMatching(/^\d{4}-/),
      remedy: null,
    })
    await project.json(['rollback'])
    expect(await newest()).toMatchObject({ state: 'rolled-back', until: null, leftovers: [] })
  })

  it('tells so also of a run that has changed nothing, until it ends; the newest that is kept is taken back', async () => {
    await project.json(['run', 'waits'], ({ kind }, child) => {
      if (kind === 'kept') child.kill('SIGINT')
    })
    expect(await newest()).toMatchObject({ state: 'cancelled', until: null })
    await project.json(['run', 'waits', '--detach'])
    expect(await newest()).toMatchObject({ state: 'kept' })
    expect((await project.json(['rollback'])).exitCode).toBe(0)
    expect(await newest()).toMatchObject({ state: 'rolled-back' })
  })
})
