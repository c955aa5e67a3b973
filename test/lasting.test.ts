import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended, Project } from './project.ts'
import { Sshd } from './referees/sshd.ts'

const zod = fileURLToPath(new URL('../packages/core/node_modules/zod/index.js', import.meta.url))

// A plugin whose change makes hosts, beside one that was there before.
const config = `
import { readFileSync } from 'node:fs'
import { defineChange, defineConfig, remoteTask, task } from '@viridian/core'
import { z } from '${zod}'

const [host] = JSON.parse(readFileSync('hosts.json', 'utf8'))
const launch = defineChange({
  name: 'machines/launch', version: 1, input: z.string(), beforeSchema: z.null(), output: z.string(), calls: [],
  title: (name) => 'launch ' + name,
  before: async () => null,
  run: async (name) => name,
  find: async () => ({ status: 'absent' }),
  undo: async () => {
    if (process.env.STUCK) throw new Error('stuck')
    return undefined
  },
  touches: (name) => ['machine/' + name],
  hosts: (_, name) => [name],
})
const machines = { name: 'machines', module: 'machines', settings: null, rehearsal: true, steps: [launch] }
const touch = remoteTask({ role: 'web' }, async (host) => { await host.run\`true\` })
const flags = { launch: 'boolean', local: 'boolean', on: { type: 'string[]', default: [] } }
const deploy = task({ args: flags }, async (t) => {
  if (t.args.launch) await t.step(launch, 'new')
  if (t.args.local) await t.$\`true\`
  const hosts = t.args.on.map((name) => ({ ...host, name, ...(name === 'closed' && { port: 1 }) }))
  if (hosts.length > 0) await t.run(touch, {}, { hosts })
  throw new Error('no')
})
const unread = task({}, async (t) => { await t.$({ stdin: { file: 'missing' } })\`cat\` })
export default defineConfig({
  ssh: { config: false, knownHosts: ['known_hosts'], connectTimeout: '5s' },
  plugins: [machines], roles: { web: [host] }, tasks: { deploy, unread },
})
`

let server: Sshd
let project: Project
beforeAll(async () => {
  server = await Sshd.start()
  project = await Project.of({
    'tasks.config.ts': config,
    'hosts.json': JSON.stringify(server.hosts()),
    known_hosts: server.knownHosts(),
  })
})
afterAll(async () => {
  await project.remove()
  await server.stop()
})

const run = (...flags: string[]) => project.json(['run', 'deploy', ...flags])

it('says of a failed run on which hosts that are still there its commands did something, and of nothing else', async () => {
  const lastingOf = async (...flags: string[]) => (await run(...flags)).last('run.finished').lasting
  expect(await lastingOf()).toBeUndefined()
  expect(await lastingOf('--launch', '--on', 'new')).toBeUndefined()
  expect(await lastingOf('--launch', '--on', 'new', '--on', 'old')).toEqual({ hosts: ['old'], here: false })
  expect(await lastingOf('--on', 'old', '--on', 'closed')).toEqual({ hosts: ['old'], here: false })
  expect(await lastingOf('--launch', '--local')).toEqual({ hosts: [], here: true })
  expect((await project.json(['run', 'unread'])).last('run.finished')).not.toHaveProperty('lasting')
}, 120_000)

it('says so in one line, also when the run is taken back', async () => {
  const flags = ['run', 'deploy', '--launch', '--local', '--on', 'old', '--on', 'new']
  const stuck = await ended(project.start(flags, { STUCK: 'yes' }))
  expect(stuck.stdout).toMatch(/deploy failed after \S+, and something is left: · run/)
  const back = await project.tasks('rollback')
  expect(back.stdout).toMatch(/deploy taken back in \S+ but what commands did here and on old · run/)
  const { stdout } = await project.tasks(...flags)
  expect(stdout).toMatch(
    /deploy failed after \S+, nothing of it is left but what commands did here and on old · run/,
  )
}, 120_000)
