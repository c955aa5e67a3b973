import { describe, expect, it } from 'vitest'
import { remoteTask, task } from '../../task/task.ts'
import { buildProgram } from '../program.ts'
import { Project } from '../project.ts'
import { candidatesFor } from './command-line.ts'
import { valuesIn } from './values.ts'

const found = (): never => {
  throw new Error('a role was looked up')
}
const hello = task(
  {
    summary: 'Say hello',
    args: { tone: { type: 'string', choices: ['warm', 'cold'] }, tag: 'string[]', loud: 'boolean' },
  },
  async () => undefined,
)
const uptime = remoteTask({ role: 'web' }, async () => undefined)
const project = Project.none('/nowhere').withConfig({
  roles: { web: ['deploy@web-1:22', { name: 'web-2', address: '10.0.0.2' }], found, slow: { hosts: found } },
  stages: { here: {}, there: { roles: { db: { hosts: ['db-1'] } } } },
  tasks: { say: { hello }, uptime },
})

function answers(words: readonly string[], of = project, stage?: string) {
  const program = buildProgram({ project: of, stage, print: () => undefined, exit: () => undefined })
  return candidatesFor(program, words, valuesIn(of, stage))
}

const wordsFor = async (...of: Parameters<typeof answers>): Promise<unknown> =>
  (await answers(...of))?.map(({ word }) => word)

describe('a command line is completed', () => {
  it.each<[string, string[], string[]]>([
    ['commands', ['ro'], ['roles', 'rollback']],
    ['tasks', ['run', ''], ['say:hello', 'uptime']],
    ['tasks of a plan', ['--no-color', 'plan', 'up'], ['uptime']],
    ['choices', ['run', 'say:hello', '--tone', ''], ['warm', 'cold']],
    ['choices behind =', ['run', 'say:hello', '--tone=w'], ['--tone=warm']],
    ['flags that are not given yet', ['run', 'say:hello', '--loud', '--l'], ['--limit']],
    ['flags that may be given again', ['run', 'say:hello', '--tag', 'a', '--ta'], ['--tag']],
    ['switches by the way that is of use', ['run', 'say:hello', '--no'], ['--no-color']],
    ['nothing for a word too many', ['run', 'say:hello', 'x'], []],
    ['choices of a flag of all', ['exec', '--on-failure', 'f'], ['finish']],
    ['stages', ['list', '--stage', ''], ['here', 'there']],
    ['roles', ['exec', '--role', ''], ['web', 'found', 'slow']],
    ['hosts of roles that are lists', ['run', 'uptime', '--hosts', ''], ['web-1', 'web-2']],
    ['hosts in a list', ['run', 'uptime', '--except', 'web-2,'], ['web-2,web-1']],
    ['where a shell may be opened', ['ssh', 'web'], ['web-1', 'web-2', 'web']],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['nothing for a command that there is not', ['nosuch', 'x'], []],
  ])('by %s: %j', async (_, words, expected) => {
    expect(await wordsFor(words)).toEqual(expected)
  })

  it('by flags, where nothing else can stand', async () => {
    expect(await wordsFor(['run', 'say:hello', ''])).toEqual(
      expect.arrayContaining(['--tone', '--stage', '--help']),
    )
  })

  it('with what there is to say', async () => {
    expect(await answers(['run', 's'])).toEqual([{ word: 'say:hello', summary: 'Say hello' }])
  })

  it.each([
    ['put', ''],
    ['exec', '--', 'x'],
    ['list', '--config', ''],
    ['run', 'say:hello', '--tag', ''],
    ['init', 'minimal', ''],
  ])('by files, which the shell knows: %s %s', async (...words) => {
    expect(await answers(words)).toBeUndefined()
  })

  it('by what a stage adds', async () => {
    expect(await wordsFor(['exec', '--hosts', 'db'], project, 'there')).toEqual(['db-1'])
    expect(await wordsFor(['exec', '--hosts', 'db'], project, 'nosuch')).toEqual([])
  })

  it('by commands alone where there is no task file', async () => {
    expect(await wordsFor(['run', ''], Project.none('/nowhere'))).toEqual([])
    expect(await wordsFor(['roll'], Project.none('/nowhere'))).toEqual(['rollback'])
  })
})
