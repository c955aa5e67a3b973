import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { atTerminal } from './person.ts'
import { type JsonResult, Project } from './project.ts'

const config = `
import { defineConfig, remoteTask, task } from '@viridian/core'

const args = {
  token: { type: 'string', secret: true, description: 'of the registry' },
  pins: { type: 'string[]', secret: true, optional: true },
  code: { type: 'number', secret: true, default: 271828 },
}
const deploy = task({ args }, async (t) => {
  await t.$\`echo \${t.args.token} \${t.args.pins ?? 'none'} \${String(t.args.code)} > given\`
  await t.keep('1h')
  await t.commit()
  await t.$\`cp given used\`
})
const plain = task({ args: { name: { type: 'string', secret: true, optional: true } } }, async (t) => {
  await t.keep('1h')
  await t.commit()
})
const prints = task({ args: { token: 'string', pin: { type: 'string', secret: true, optional: true } } }, async (t) => {
  t.secret(t.args.token)
  console.log('by console', t.args.token, { token: t.args.token })
  console.error('as an error', t.args.token)
  process.stdout.write('written ' + t.args.token + '\\n')
  process.stderr.write(Buffer.from('bytes ' + t.args.token + ' \\u00e9\\n'))
})
const pieces = task({ args: { exits: 'boolean' } }, async (t) => {
  t.secret('hunter22')
  const write = (...pieces) => { for (const each of pieces) process.stdout.write(each) }
  write('in two: hun', 'ter22, in bytes: ', Buffer.from('hunt'), Buffer.from('er22'), '\\n')
  write('each: ', ...'hunter22', '\\nnone: hunt', 'ing, ', Buffer.from([0x68, 0xff, 0x0a]), 'asks: Continue? ')
  write('\\nat its end: hun')
  if (t.args.exits) process.exit(0)
})
export default defineConfig({
  tasks: { deploy, plain, prints, pieces },
  stages: { here: { defaults: { token: 'of-the-stage' } }, there: {} },
  defaultStage: 'there',
})
`

let project: Project
beforeEach(async () => {
  project = await Project.of({ 'tasks.config.ts': config })
})
afterEach(() => project.remove())

const runOf = ({ events }: JsonResult): string =>
  String(events.find(({ kind }) => kind === 'run.started')?.run)
const detached = async (...flags: string[]): Promise<string> =>
  runOf(await project.json(['run', 'deploy', '--detach', ...flags]))
/** As far as to where the run has kept its way back open. */
const resume = (run: string, ...flags: string[]): Promise<JsonResult> =>
  project.json(['resume', run, ...flags], ({ kind }, child) => {
    if (kind === 'kept') child.kill('SIGKILL')
  })
const journals = async (): Promise<string> => {
  const files = await readdir(`${project.directory}/.tasks/runs`)
  return (await Promise.all(files.map((file) => project.read(`.tasks/runs/${file}`)))).join('')
}

it('of a few digits cannot be guessed by what stands in the events or in the journal', async () => {
  const guess = createHash('sha256').update('4711').digest('hex').slice(0, 16)
  const run = await detached('--token', '4711')
  const back = await project.json(['rollback', run])
  const started = back.events.find(({ kind }) => kind === 'run.started')
  expect(started).toMatchObject({ args: { token: '[masked]', code: '[masked]' } })
  const digests = [...(await journals()).matchAll(/"digest":"([^"]+)"/g)].map(([, digest]) => digest)
  expect(new Set(digests).size).toBe(digests.length)
  expect(digests).not.toContain(guess)
})

it('are masked in what a task prints itself, which stands beside the events', async () => {
  const args = ['run', 'prints', '--token', 'hunter22', '--pin', '123']
  const said = await project.tasks(...args)
  expect(said.stdout).toContain("by console [masked] { token: '[masked]' }\nwritten [masked]\n")
  expect(said.stderr).toBe('as an error [masked]\nbytes [masked] é\n')
  expect(said.stdout).toMatch(/fewer than four characters is not masked/)
  const { events, stderr, exitCode } = await project.json(args)
  expect(exitCode).toBe(0)
  expect(events.length).toBeGreaterThan(1)
  expect(stderr).toContain(
    "by console [masked] { token: '[masked]' }\nas an error [masked]\nwritten [masked]\n",
  )
})

describe('secret arguments', () => {
  it('are shown and journaled nowhere, of whatever type', async () => {
    const flags = ['--token', 'hunter22', '--pins', 'alpha11', 'beta222', '--code', '314159']
    const { stdout, stderr, exitCode } = await project.tasks('run', 'deploy', '--detach', ...flags)
    expect(exitCode).toBe(0)
    expect(await project.read('given')).toBe('hunter22 alpha11 beta222 314159\n')
    for (const secret of ['hunter22', 'alpha11', 'beta222', '314159'])
      expect(stdout + stderr + (await journals())).not.toContain(secret)
  })

  it('have defaults that help does not show', async () => {
    const { stdout } = await project.tasks('run', 'deploy', '--help')
    expect(stdout).toContain('of the registry')
    expect(stdout).not.toMatch(/of-the-stage|271828/)
  })

  it('are given to a resume once more, and compared', async () => {
    const run = await detached('--token', 'hunter22')
    const without = await project.tasks('resume', run)
    expect(without.exitCode).toBe(2)
    expect(without.stderr).toContain(`E_ARG_MISSING: --token is a secret, which no journal holds`)
    expect(without.stderr).toContain(`tasks resume ${run} --token …`)
    const other = await project.tasks('resume', run, '--token', 'hunter23')
    expect([other.exitCode, other.stderr]).toEqual([2, expect.stringContaining('E_ARG_CHANGED: --token')])
    const same = await resume(run, '--token', 'hunter22')
    expect(same.events.map(({ kind }) => kind)).toContain('kept')
  })

  it('are not asked for where the stage has them, or where none was given', async () => {
    const run = await detached('--stage', 'here')
    expect((await resume(run)).events.map(({ kind }) => kind)).toContain('kept')
    const plain = runOf(await project.json(['run', 'plain', '--detach']))
    expect((await resume(plain)).events.map(({ kind }) => kind)).toContain('kept')
  })

  it('are asked for at a terminal, by a run and by its resume', async () => {
    const answers = [{ question: '--token (of the registry)', typed: 'hunter22' }]
    const ran = await atTerminal(project.directory, ['run', 'deploy', '--detach'], answers)
    expect(ran).toMatchObject({ exitCode: 0, unasked: 0, screen: expect.not.stringContaining('hunter22') })
    expect(await project.read('given')).toBe('hunter22 none 271828\n')
    const wrong = [{ question: '--token (of the registry)', typed: 'hunter23' }]
    const resumed = await atTerminal(project.directory, ['resume', runIn(ran.screen)], wrong)
    expect(resumed).toMatchObject({ exitCode: 2, screen: expect.stringContaining('E_ARG_CHANGED') })
  })
})

const runIn = (screen: string): string => /run (\d{8}-\d{6}-\w+)/.exec(screen)?.[1] ?? 'none'

it.each([
  ['', 0],
  ['--exits', 3],
])('are masked in what a task prints piece by piece, of which nothing is lost %s', async (flag, code) => {
  const { stdout, exitCode } = await project.tasks('run', 'pieces', ...(flag === '' ? [] : [flag]))
  expect(stdout).toContain(
    'in two: [masked], in bytes: [masked]\neach: [masked]\nnone: hunting, h\ufffd\nasks:',
  )
  expect(stdout).toMatch(/\nat its end: [\s\S]*hun/)
  expect(exitCode).toBe(code)
})
