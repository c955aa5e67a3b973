import { spawn, spawnSync } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, onLine, type Project } from './project.ts'
import { Things } from './things.ts'

let project: Project
let things: Things
beforeEach(async () => {
  things = await Things.open()
  project = things.project
})
afterEach(() => project.remove())

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
    expect(await things.newest()).toMatchObject({ state: 'crashed', leftovers: ['make green'] })
    await rm(join(project.directory, 'slow'))
    expect((await project.tasks('rollback')).exitCode).toBe(0)
    expect(things.has('green')).toBe(false)
  })

  it('is none when it comes with the first one, or tells of a terminal that is gone', async () => {
    const stopped = await things.once(
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
    expect(things.has('green')).toBe(false)
  })
})

describe('an undo that never settles', () => {
  it('has failed, and is listed as any other, of a run and of a rollback', async () => {
    await project.write('hung', '')
    const left = {
      ...{ status: 'failed', exitCode: 3, leftovers: ['the thing green'] },
      remedy: expect.stringMatching(/^tasks rollback /),
    }
    const failed = await project.json(['run', 'deploy', '--bad'])
    expect(failed).toMatchObject({ exitCode: 3, stderr: '' })
    expect(failed.last('run.finished')).toMatchObject(left)
    expect(failed.last('undo.step')).toMatchObject({ outcome: 'failed', error: { code: 'E_UNDO_STUCK' } })
    const back = await project.json(['rollback'])
    expect(back.last('run.finished')).toMatchObject({ ...left, error: { code: 'E_UNDO_STUCK' } })
  })
})

describe('a plan that is interrupted', () => {
  it('has nothing to put back', async () => {
    const child = project.start(['plan', 'deploy', '--wait', '60s'])
    onLine(child, (line) => {
      if (/make green/.test(line)) child.kill('SIGINT')
    })
    const { exitCode, stdout } = await ended(child)
    expect(stdout).toMatch(/^! SIGINT: stopping; once more to stop at once$/m)
    expect(stdout).toMatch(
      /deploy cancelled after \S+, nothing was changed · run [^\n]*\n\nE_INTERRUPTED: [^\n]*\n$/,
    )
    expect(exitCode).toBe(130)
  })
})

describe('a mistake of a task', () => {
  it.each([
    ['never', 'E_TASK_STUCK', 'nothing is left to wait for, and "mistaken" has not ended'],
    ['nested', 'E_TASK_STUCK', 'nothing is left to wait for, and "mistaken" has not ended'],
    ['branch', 'E_TASK_STUCK', 'nothing is left to wait for, and "mistaken" has not ended'],
    ['step', 'E_COMMAND_FAILED', '"exit 3" failed with exit code 3'],
    ['role', 'E_TASK_STUCK', 'nothing is left to wait for, and the function of role "lost" has not ended'],
    ['remote', 'E_TASK_STUCK', 'nothing is left to wait for, and "mistaken" has not ended'],
    ['timer', 'E_UNEXPECTED', 'Error: in a timer'],
    ['emitter', 'E_UNEXPECTED', 'Error: of an emitter'],
    ['missing', 'E_TASK_NONE', 't.run was given undefined, not a task'],
    ['plain', 'E_TASK_NONE', 't.run was given a function, not a task'],
    ['circle', 'E_TASK_DEPTH', 'circle is called 100 calls deep'],
    ['text', 'E_COMMAND_TEMPLATE', 'a command is a template literal, and not a value of type string'],
    ['unset', 'E_SECRET', 't.secret was given undefined, not a text'],
    ['odd', 'E_UNEXPECTED', 'Error: [Object: null prototype] {}'],
    ['foreign', 'E_STEP_SECRET', 'of another run'],
    ['promise', 'E_UNEXPECTED', 'Error: awaited by nobody'],
    ['outer', 'E_SCOPE_OUTER', 'within "build", command is asked of a t from outside of it'],
  ])('%s: fails the run, and is undone', async (how, code, message) => {
    const { exitCode, last, stderr } = await project.json(['run', 'mistaken', '--how', how])
    expect(last('run.finished')).toMatchObject({ exitCode: 1, error: { code, message }, leftovers: [] })
    expect(exitCode).toBe(1)
    expect(stderr).toBe('to be read by people\n')
    expect(things.has('green')).toBe(false)
    expect(things.has('endless')).toBe(false)
    expect(await things.newest()).toMatchObject({ state: 'failed-undone' })
  })

  it.each([
    ['await new Promise(() => {})', 'E_STUCK: nothing is left to wait for, and the task file has not ended'],
    [
      "setTimeout(() => { throw new Error('early') }); await new Promise((go) => setTimeout(go, 500))",
      'E_CONFIG_BROKEN: early',
    ],
  ])('%s: is told of a task file', async (line, message) => {
    await project.write('names.ts', `${line}\nexport const thing = 'green'`)
    const { exitCode, stderr } = await project.tasks('run', 'deploy')
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
    expect(exitCode).not.toBe(0)
  })
})

describe('a shell on a role whose function never ends', () => {
  it('tells which role that is', async () => {
    const { exitCode, stderr } = await project.tasks('ssh', 'lost')
    expect(stderr).toMatch(
      /^E_STUCK: nothing is left to wait for, and the function of role "lost" has not ended/,
    )
    expect(exitCode).toBe(2)
  })
})

describe('a task file that ends the process', () => {
  it.each([['run', 'deploy'], ['list'], ['resume', '20260101-000000-aaaa', '--json']])(
    'is told of, and nothing passes for done: %s',
    async (...words) => {
      await project.write('names.ts', `process.exit(0)\nexport const thing = 'green'`)
      const { exitCode, stdout, stderr } = await project.tasks(...words)
      expect(exitCode).toBe(2)
      expect(stdout + stderr).toContain('the task file has ended the process, by process.exit')
    },
  )
})

describe('a task that ends the process', () => {
  it('leaves a run that is told of, and that can be taken back', async () => {
    const { exitCode, stderr } = await project.tasks('run', 'exits')
    expect(exitCode).toBe(3)
    expect(stderr).toContain(
      'E_TASK_EXIT: "exits" has ended the process, by process.exit; its journal is whole',
    )
    expect(await things.newest()).toMatchObject({ state: 'crashed', leftovers: ['make green'] })
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
    expect(things.has('green')).toBe(false)
    expect(await things.newest()).toMatchObject({ state: 'crashed', leftovers: ['make green'] })
    expect((await project.tasks('rollback')).exitCode).toBe(0)
    expect(await things.newest()).toMatchObject({ state: 'rolled-back' })
  })
})

/** A small disk of one's own, where a process may have one. */
const ownDisk = [
  '-rm',
  'sh',
  '-c',
  'mount -t tmpfs -o size=200k none .tasks && "$@" run fills; "$@" runs --json',
  'sh',
]

describe.runIf(spawnSync('unshare', ['-rm', 'true']).status === 0)('a run that fills its disk', () => {
  it('is undone, and that is on record: room is kept for it', async () => {
    await mkdir(join(project.directory, '.tasks'))
    const words = [...ownDisk, process.execPath, project.command]
    const { stdout } = await ended(spawn('unshare', words, { cwd: project.directory }))
    expect(stdout).toMatch(/E_JOURNAL_WRITE: cannot write the journal: ENOSPC/)
    expect(stdout).toMatch(/↺ undo: make green/)
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      state: 'failed-undone',
      leftovers: [],
    })
  })
})
