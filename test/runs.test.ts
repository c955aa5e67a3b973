import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, type JsonEvent, type Project } from './project.ts'
import { idOf, Things } from './things.ts'

let project: Project
let things: Things
beforeEach(async () => {
  things = await Things.open()
  project = things.project
})
afterEach(() => project.remove())

describe('a rollback that is not told of which run', () => {
  it('takes no older one back when the newest cannot be read', async () => {
    const run = await things.crashed()
    await project.write('.tasks/runs/99990101-000000-aaaa.jsonl', 'no record\n')
    const { exitCode, stderr } = await project.tasks('rollback')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^E_RUN_UNCLEAR: the journal of run 99990101-000000-aaaa cannot be read/)
    expect(stderr).toContain(`hint: say which run to take back: "tasks rollback ${run}"`)
    expect(things.has('green')).toBe(true)
    expect((await project.tasks('rollback', run)).exitCode).toBe(0)
  })

  it('and a list of runs take no copy of a journal for a run', async () => {
    const run = await things.crashed()
    const journal = await project.read(`.tasks/runs/${run}.jsonl`)
    await project.write(`.tasks/runs/${run}-backup.jsonl`, journal)
    await project.write('.tasks/runs/20250101-000000-aaaa.jsonl', journal)
    expect((await things.runs()).map((each) => [each.run, each.state])).toEqual([
      [run, 'crashed'],
      ['20250101-000000-aaaa', 'damaged'],
    ])
    const resumed = await project.tasks('resume', '20250101-000000-aaaa')
    expect(resumed.stderr).toMatch(new RegExp(`^E_JOURNAL_DAMAGED: the journal is that of run ${run}`))
    expect((await project.tasks('rollback')).exitCode).toBe(0)
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
    expect(await things.newest()).toEqual({
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
    const [damaged] = await things.runs()
    expect(damaged).toMatchObject({ state: 'damaged', task: null, error: { code: 'E_JOURNAL_DAMAGED' } })
  })

  it('tells a failure that was undone, a cancelled run, and one that left something', async () => {
    await project.json(['run', 'deploy', '--bad'])
    expect(await things.newest()).toMatchObject({ state: 'failed-undone', leftovers: [], remedy: null })
    await things.once((child) => child.kill('SIGINT'), '--wait', '10s')
    expect(await things.newest()).toMatchObject({ state: 'cancelled', leftovers: [], remedy: null })
    await project.write('stuck', '')
    const dirty = idOf(await project.json(['run', 'deploy', '--bad']))
    expect(await things.newest()).toMatchObject({
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
      await things.once(
        (child) => {
          void things.newest().then((run) => {
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
    expect(await things.newest()).toMatchObject({ state: 'crashed', leftovers: ['make green'], remedy })
    await project.write('stuck', '')
    expect((await project.tasks('rollback')).exitCode).toBe(3)
    expect(await things.newest()).toMatchObject({
      state: 'failed-dirty',
      leftovers: ['the thing green'],
      remedy,
    })
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
    const crashed = await things.crashed()
    const lock = `.tasks/locks/run%2F${crashed}.json`
    await project.write(lock, '')
    const [unreadable, other] = await things.runs()
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
    expect(await things.newest()).toMatchObject({
      state: 'kept',
      until: expect.stringMatching(/^\d{4}-/),
      remedy: null,
    })
    await project.json(['rollback'])
    expect(await things.newest()).toMatchObject({ state: 'rolled-back', until: null, leftovers: [] })
  })

  it('tells so also of a run that has changed nothing, until it ends; the newest that is kept is taken back', async () => {
    await project.json(['run', 'waits'], ({ kind }, child) => {
      if (kind === 'kept') child.kill('SIGINT')
    })
    expect(await things.newest()).toMatchObject({ state: 'cancelled', until: null })
    await project.json(['run', 'waits', '--detach'])
    expect(await things.newest()).toMatchObject({ state: 'kept' })
    expect((await project.json(['rollback'])).exitCode).toBe(0)
    expect(await things.newest()).toMatchObject({ state: 'rolled-back' })
  })
})
