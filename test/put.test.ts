import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Project } from './project.ts'
import { Sshd } from './referees/sshd.ts'

let server: Sshd
let project: Project
const there = mkdtempSync(join(tmpdir(), 'viridian-there-'))

const config = `
import { readFileSync } from 'node:fs'
import { defineConfig, remoteTask } from '@viridian/core'

const [host] = JSON.parse(readFileSync('hosts.json', 'utf8'))
const web = [1, 2, 3].map((number) => ({ ...host, name: 'web-' + number }))
const files = remoteTask({ role: 'web', args: { there: 'string' } }, async (host, t) => {
  const mine = host.cd(t.args.there).cd(host.name)
  await mine.put('site', 'site', { exclude: ['*.map'] })
  await mine.template('motd.eta', 'motd', { name: host.name })
  await mine.get('site', 'got/')
  t.say(await t.render({ text: '<%= it.name %> has it' }, { name: host.name }))
})
export default defineConfig({
  ssh: { knownHosts: ['known_hosts'], connectTimeout: '20s' },
  roles: { web },
  tasks: { files },
})
`

beforeAll(async () => {
  server = await Sshd.start({ config: ['MaxStartups 200:30:300'] })
  project = await Project.of({
    'tasks.config.ts': config,
    'hosts.json': JSON.stringify(server.hosts()),
    known_hosts: server.knownHosts(),
    'site/index.html': 'hello',
    'site/.hidden/app.js': 'run()',
    'site/app.js.map': '{}',
    'motd.eta': 'this is <%= it.name %>\n',
  })
  chmodSync(join(project.directory, 'site/.hidden/app.js'), 0o750)
})

afterAll(async () => {
  await project.remove()
  await server.stop()
  rmSync(there, { recursive: true })
})

it('tasks put puts a directory on the chosen hosts', async () => {
  const target = join(there, 'put')
  const result = await project.json(['put', 'site', target, '--hosts', 'web-1', '--exclude', '*.map'])
  expect(result.exitCode).toBe(0)
  expect(readdirSync(target).sort()).toEqual(['.hidden', 'index.html'])
  expect(statSync(join(target, '.hidden/app.js')).mode & 0o777).toBe(0o750)
})

it('tasks put says what is wrong', async () => {
  const told = async (...args: string[]) =>
    Object(Object(await project.json(['put', ...args])).last('run.finished').error)
  expect(await told('none', '/tmp/x', '--role', 'web')).toMatchObject({
    code: 'E_HOSTS_FAILED',
    message: expect.stringContaining('cannot upload'),
  })
  const bad = await project.tasks('put', 'site', '/tmp/x', '--role', 'web', '--mode', 'rw')
  expect(bad).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--mode: "rw" is no permission') })
  const unset = await project.tasks('put', '', '/tmp/x', '--role', 'web')
  expect(unset).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('<local> is empty') })
  const nowhere = await project.tasks('put', 'site', '/tmp/x')
  expect(nowhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('on which hosts') })
})

it('a task moves files both ways, and a plan lists them', async () => {
  for (const number of [1, 2, 3]) mkdirSync(join(there, `web-${number}`))
  const plan = await project.tasks('plan', 'files', '--there', there)
  expect(plan.stdout).toContain(`put site site`)
  expect(plan.stdout).toContain(`template motd.eta motd`)
  expect(plan.stdout).toContain('get site got/')
  expect(readdirSync(join(there, 'web-1'))).toEqual([])
  const result = await project.json(['run', 'files', '--there', there])
  expect(result.exitCode).toBe(0)
  for (const name of ['web-1', 'web-2', 'web-3']) {
    expect(readFileSync(join(there, name, 'motd'), 'utf8')).toBe(`this is ${name}\n`)
    expect(readFileSync(join(project.directory, 'got', name, 'site/.hidden/app.js'), 'utf8')).toBe('run()')
    expect(readdirSync(join(there, name, 'site')).sort()).toEqual(['.hidden', 'index.html'])
  }
})
