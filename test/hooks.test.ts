import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JsonResult, Project } from './project.ts'

// Each line of the log is said by a command: hooks go through steps as tasks do.
const config = `
import { defineConfig, task } from '@viridian/core'

const log = (t, line) => t.$\`echo \${line} >> log\`
const hooks = (name) => ({
  before: async (t) => { await log(t, 'before ' + name) },
  after: async (t) => { await log(t, 'after ' + name) },
  onFailure: async (t, error) => { await log(t, 'failure of ' + name + ': ' + error.code) },
})
const inner = task({ hooks: hooks('inner') }, async (t) => { await log(t, 'inner') })
const failing = task({ hooks: hooks('failing') }, async (t) => { await t.$\`exit 3\` })
const outer = task({ hooks: hooks('outer') }, async (t) => {
  await t.run(inner)
  await t.run(inner)
})
const broken = task({ hooks: hooks('broken') }, async (t) => {
  await t.run(inner)
  await t.run(failing)
})
const refused = task({ hooks: { ...hooks('refused'), before: async () => { throw new Error('not today') } } }, async (t) => {
  await log(t, 'never')
})
const worse = task({
  hooks: { onFailure: async (t) => { await log(t, 'tried'); throw new Error('the hook fails too') } },
}, async (t) => { await t.$\`exit 3\` })
const waits = task({ hooks: hooks('waits') }, async (t) => {
  t.say('waiting')
  await t.$\`sleep 60\`
})
export default defineConfig({ tasks: { inner, outer, broken, refused, worse, waits } })
`

let project: Project
beforeAll(async () => {
  project = await Project.of({ 'tasks.config.ts': config })
})
afterAll(() => project.remove())

async function logOf(...args: Parameters<Project['json']>): Promise<{ result: JsonResult; log: string[] }> {
  await project.write('log', '')
  const result = await project.json(...args)
  return { result, log: (await project.read('log')).trim().split('\n') }
}

const errorOf = ({ last }: JsonResult): unknown => last('run.finished').error

describe('hooks', () => {
  it('run around a task, once for each call, however it is called', async () => {
    expect((await logOf(['run', 'inner'])).log).toEqual(['before inner', 'inner', 'after inner'])
    const inner = ['before inner', 'inner', 'after inner']
    expect((await logOf(['run', 'outer'])).log).toEqual(['before outer', ...inner, ...inner, 'after outer'])
  })

  it('tell of a failure, the innermost call first, those that were done not at all', async () => {
    const { result, log } = await logOf(['run', 'broken'])
    expect(errorOf(result)).toMatchObject({ code: 'E_COMMAND_FAILED' })
    expect(log.slice(4)).toEqual([
      'before failing',
      'failure of failing: E_COMMAND_FAILED',
      'failure of broken: E_COMMAND_FAILED',
    ])
  })

  it('fail a task before it begins', async () => {
    const { result, log } = await logOf(['run', 'refused'])
    expect(errorOf(result)).toMatchObject({ message: 'Error: not today' })
    expect(log).toEqual(['failure of refused: undefined'])
  })

  it('hide no failure by their own', async () => {
    const { result, log } = await logOf(['run', 'worse'])
    expect(errorOf(result)).toMatchObject({
      code: 'E_COMMAND_FAILED',
      message: expect.stringContaining('exit 3'),
    })
    expect(result.exitCode).toBe(1)
    expect(log).toEqual(['tried'])
    expect(result.events).toContainEqual({
      kind: 'note',
      level: 'warning',
      text: 'on failure of worse: Error: the hook fails too',
    })
  })

  it('tell of an interruption', async () => {
    const { result, log } = await logOf(['run', 'waits'], ({ kind, text }, child) => {
      if (kind === 'note' && text === 'waiting') child.kill('SIGINT')
    })
    expect(result.exitCode).toBe(130)
    expect(log).toEqual(['before waits', 'failure of waits: E_INTERRUPTED'])
  })

  it('are planned, those of a failure not', async () => {
    const { result, log } = await logOf(['plan', 'outer'])
    expect(log).toEqual([''])
    expect(
      result.events.filter(({ kind, step }) => kind === 'step.finished' && step === 'before'),
    ).toHaveLength(3)
  })
})
