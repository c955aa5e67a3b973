import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, chmod, chown, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, onLine, Project } from '../project.ts'
import { told } from './told.ts'

const zod = fileURLToPath(new URL('../../packages/core/node_modules/zod/index.js', import.meta.url))
const tasks = fileURLToPath(new URL('../../packages/core/bin/tasks.js', import.meta.url))

/** A plugin whose changes are files: what a run made, and whether it is gone, can be seen. */
const config = `
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineChange, defineConfig, task } from '@viridian/core'
import { localCloud } from '@viridian/local-cloud'
import { z } from '${zod}'

const at = (name) => join(import.meta.dirname, 'made', name)
const thing = z.object({ name: z.string() })
const make = defineChange({
  name: 'things/make', version: 1, input: thing, beforeSchema: z.null(), output: thing, calls: [],
  title: ({ name }) => 'make ' + name,
  before: async () => null,
  run: async ({ name }) => { writeFileSync(at(name), ''); return { name } },
  find: async ({ name }) => existsSync(at(name)) ? { status: 'done', output: { name } } : { status: 'absent' },
  undo: async ({ name }) => { rmSync(at(name), { force: true }); return undefined },
  touches: ({ name }) => [name],
})
const things = { name: 'things', module: 'things', settings: null, steps: [make] }

export default defineConfig({
  plugins: [things],
  tasks: {
    make: task({ args: { count: 'number', keep: { type: 'duration', default: '0s' } }, locks: () => ['things'] }, async (t) => {
      for (let i = 0; i < t.args.count; i += 1) await t.step(make, { name: 'thing-' + i })
      if (existsSync(join(import.meta.dirname, 'power-cut'))) process.kill(process.pid, 'SIGKILL')
      await t.keep(t.args.keep)
    }),
  },
  stages: { here: { plugins: [{ name: 'here', module: 'here', settings: null, rehearsal: true }] }, local: { plugins: [localCloud()] } },
  defaultStage: 'here',
})
`

let project: Project
beforeEach(async () => {
  project = await Project.of({ 'tasks.config.ts': config, 'made/.keep': '' })
})
afterEach(() => project.remove())

const made = async (): Promise<string[]> =>
  (await readdir(join(project.directory, 'made'))).filter((name) => name !== '.keep').sort()
const journals = async (): Promise<string[]> =>
  (await readdir(join(project.directory, '.tasks/runs'))).map((file) => join('.tasks/runs', file)).sort()

/** A run that died with two things made, as by a power cut. */
async function crash(): Promise<string> {
  await project.write('power-cut', '')
  await project.tasks('run', 'make', '--count', '2', '--keep', '60s')
  await rm(join(project.directory, 'power-cut'))
  expect(await made()).toEqual(['thing-0', 'thing-1'])
  const [journal = ''] = await journals()
  return journal
}

const idOf = (journal: string): string => journal.replace(/^.*\/|\.jsonl$/g, '')

describe('.tasks/', () => {
  it('that is a file: nothing is begun', async () => {
    await project.write('.tasks', 'in the way')
    told('.tasks/ is a file', 'tasks run make', await project.tasks('run', 'make', '--count', '2'), {
      exitCode: 1,
      code: 'E_JOURNAL_WRITE',
      says: [/at \.tasks\/runs/],
      hint: /a file stands where a directory has to be: move it away/,
    })
    expect(await made()).toEqual([])
    told('the runs cannot be listed', 'tasks runs', await project.tasks('runs'), {
      exitCode: 1,
      code: 'E_STATE_READ',
      says: [/ENOTDIR/],
      hint: /move it away/,
    })
    told(
      'the local cloud has no place',
      'tasks cloud up',
      await project.tasks('cloud', 'up', '--stage', 'local'),
      {
        exitCode: 1,
        code: 'E_STATE_WRITE',
        says: [/at \.tasks\/cloud/],
        hint: /make \.tasks\/ writable/,
      },
    )
    await rm(join(project.directory, '.tasks'))
  }, 60_000)

  it('whose locks cannot be written: nothing is changed', async () => {
    await project.write('.tasks/locks', 'in the way')
    told('locks cannot be written', 'tasks run make', await project.tasks('run', 'make', '--count', '2'), {
      exitCode: 1,
      code: 'E_STATE_WRITE',
      says: [/the lock on run\//, /at \.tasks\/locks/],
      hint: /move it away/,
    })
    expect(await made()).toEqual([])
  }, 60_000)

  it.runIf(process.getuid?.() === 0)(
    'that somebody else has put where everybody may: nothing in it is believed',
    async () => {
      const nobody = 65534
      await crash()
      await rm(join(project.directory, 'tasks.config.ts'))
      await chmod(project.directory, 0o1777)
      await chown(join(project.directory, '.tasks'), nobody, nobody)
      const expected = { exitCode: 2, code: 'E_NOT_OURS', says: [/at \.tasks/], hint: /remove it/ }
      told("another user's .tasks/", 'tasks rollback', await project.tasks('rollback'), expected)
      expect(await made()).toEqual(['thing-0', 'thing-1'])
    },
    60_000,
  )

  it('that fills up in mid-run: the run stops, everything is put back, and a person has to see to it', async () => {
    // bash ignores the signal of the limit for its child, so that the write itself fails, as on a full disk.
    const shell = `trap '' XFSZ; ulimit -f 8; exec "$0" "$@"`
    const child = spawn('bash', ['-c', shell, process.execPath, tasks, 'run', 'make', '--count', '60'], {
      cwd: project.directory,
    })
    const result = await ended(child)
    told('the disk is full in mid-run', 'tasks run make', result, {
      exitCode: 3,
      code: 'E_JOURNAL_WRITE',
      says: [/EFBIG|ENOSPC/, /at \.tasks\/runs\/\S+\.jsonl/],
      hint: /make room/,
    })
    expect(result.stdout).toMatch(/✓ make thing-5/)
    expect(result.stdout).toContain('what is undone is not on record')
    expect(await made()).toEqual([])
  }, 60_000)
})

describe('a journal', () => {
  it('with a torn last line is taken back, and stays readable', async () => {
    const journal = await crash()
    await appendFile(join(project.directory, journal), '3f2a {"kind":"step.do')
    expect((await project.tasks('runs')).stdout).toMatch(/make .*crashed/)
    expect(await project.tasks('rollback')).toMatchObject({ exitCode: 0 })
    expect(await made()).toEqual([])
    expect((await project.tasks('runs')).stdout).not.toContain('damaged')
  }, 60_000)

  it('with a torn last line is resumed, and stays readable', async () => {
    const journal = await crash()
    await appendFile(join(project.directory, journal), '3f2a {"kind":"step.do')
    const child = project.start(['resume', idOf(journal)])
    onLine(child, (line) => {
      if (/^● kept/.test(line)) child.kill('SIGINT')
    })
    const resumed = await ended(child)
    expect(resumed).toMatchObject({ exitCode: 130 })
    expect(resumed.stdout).toMatch(/✓ make thing-1 \(replayed\)/)
    expect(await made()).toEqual([])
    expect((await project.tasks('runs')).stdout).not.toContain('damaged')
  }, 60_000)

  it('with a damaged line is named, and nothing is done with it', async () => {
    const journal = await crash()
    const text = await project.read(journal)
    await project.write(journal, text.replace('"thing-0"', '"thing-9"'))
    expect((await project.tasks('runs')).stdout).toMatch(/ damaged\n {2}the journal's line \d+ /)
    for (const [name, args] of [
      ['a damaged journal, to be resumed', ['resume', idOf(journal)]],
      ['a damaged journal, to be taken back', ['rollback', idOf(journal)]],
      ['a damaged journal, and no other', ['rollback']],
    ] as const) {
      told(name, `tasks ${args.join(' ')}`, await project.tasks(...args), {
        exitCode: 1,
        code: 'E_JOURNAL_DAMAGED',
        says: [/line \d+ does not match its checksum/, /at \.tasks\/runs\/\S+\.jsonl:\d+/],
        hint: /tasks gc --dry-run/,
      })
    }
    expect(await made()).toEqual(['thing-0', 'thing-1'])
  }, 60_000)

  it('without its first record says so', async () => {
    const journal = await crash()
    await project.write(journal, '')
    told('an empty journal', `tasks resume ${idOf(journal)}`, await project.tasks('resume', idOf(journal)), {
      exitCode: 1,
      code: 'E_JOURNAL_DAMAGED',
      says: [/holds no beginning/],
      hint: /\S/,
    })
  }, 60_000)
})

describe('a lock', () => {
  it('that a live run holds refuses a second run, which names the holder', async () => {
    const first = project.start(['run', 'make', '--count', '1', '--keep', '60s'])
    const over = ended(first)
    await new Promise<void>((resolve) => onLine(first, (line) => /✓ make thing-0/.test(line) && resolve()))
    const second = await project.tasks('run', 'make', '--count', '2')
    told('the lock is held', 'tasks run make', second, {
      exitCode: 4,
      code: 'E_LOCKED',
      says: [new RegExp(`things is locked by .*process ${first.pid}`), /keeps its way back open until/],
      hint: /wait until then, or: "tasks rollback /,
    })
    expect(await made()).toEqual(['thing-0'])
    first.kill('SIGINT')
    expect(await over).toMatchObject({ exitCode: 130 })
    expect(await made()).toEqual([])
  }, 60_000)

  it('of a dead run is taken over aloud', async () => {
    const journal = await crash()
    const next = await project.tasks('run', 'make', '--count', '3')
    expect(next).toMatchObject({ exitCode: 0 })
    expect(next.stdout).toMatch(
      new RegExp(`^! the lock on things is taken over from run ${idOf(journal)} of .*`, 'm'),
    )
    expect(existsSync(join(project.directory, '.tasks/locks/things.json'))).toBe(false)
  }, 60_000)

  it('that is damaged refuses the run', async () => {
    await project.write('.tasks/locks/things.json', '{"run":')
    told('a damaged lock', 'tasks run make', await project.tasks('run', 'make', '--count', '2'), {
      exitCode: 1,
      code: 'E_STATE_READ',
      says: [/at \.tasks\/locks\/things\.json/],
      hint: /tasks runs/,
    })
    expect(await made()).toEqual([])
  }, 60_000)
})
