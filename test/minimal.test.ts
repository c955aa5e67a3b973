import { chmod, mkdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JsonResult, Project } from './project.ts'
import { Sshd } from './referees/sshd.ts'

// What hosts have, and a test's login has not.
const programs = {
  sudo: 'while case $1 in --) shift; false ;; -*) ;; *) false ;; esac; do shift; done; exec "$@"',
  systemctl: 'echo "systemctl $*" >> "$HOME/log"',
  curl: '! grep -q sick "$HOME/web/current/index.html"',
}

let server: Sshd
let project: Project

beforeAll(async () => {
  server = await Sshd.start({ addresses: 2, bashrc: 'cd; PATH=$HOME/bin:$PATH' })
  await mkdir(join(server.directory, 'bin'))
  for (const [name, line] of Object.entries(programs)) {
    const file = join(server.directory, 'bin', name)
    await writeFile(file, `#!/bin/sh\n${line}\n`)
    await chmod(file, 0o755)
  }
  project = await Project.fromTemplate('minimal')
  await project.write('known_hosts', server.knownHosts())
  await project.write('releases/v1/index.html', 'well')
  await project.write('releases/v2/index.html', 'sick')
  const ssh = "ssh: { config: false, knownHosts: ['known_hosts'], connectTimeout: '20s' }"
  const taskFile = await project.read('tasks.config.ts')
  await project.write(
    'tasks.config.ts',
    taskFile
      .replace(/^const web = .*$/m, `const web = ${JSON.stringify(server.hosts())}`)
      .replace('roles: { web }', `roles: { web }, ${ssh}`)
      .replace("delay: '1s'", "delay: '10ms'"),
  )
})
afterAll(async () => {
  await project.remove()
  await server.stop()
})

/** The hosts that a run came to, and how they ended. */
const endsOf = ({ events }: JsonResult): unknown =>
  Object.fromEntries(
    events
      .filter(({ kind }) => kind === 'host.finished')
      .map(({ host, error }) => [host, error ? 'failed' : 'done']),
  )

describe('the template minimal', () => {
  it('says how long hosts are up', async () => {
    const { exitCode, events } = await project.json(['run', 'uptime'])
    const said = events.filter(({ kind }) => kind === 'host.output').map(({ line }) => line)
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: [expect.any(String), expect.any(String)] })
  })

  it('restarts one host after the other', async () => {
    const { exitCode, events } = await project.json(['run', 'restart', '--service', 'shop'])
    const order = events.flatMap(({ kind, host }) =>
      /^host\.(st|fin)/.test(kind) ? [`${kind} ${host}`] : [],
    )
    expect({ exitCode, order }).toEqual({
      exitCode: 0,
      order: ['host.started web-1', 'host.finished web-1', 'host.started web-2', 'host.finished web-2'],
    })
    const log = await readFile(join(server.directory, 'log'), 'utf8')
    expect(log).toBe('systemctl restart shop\nsystemctl is-active shop\n'.repeat(2))
  })

  it('puts a release in place, leaves others alone when the first is not well, and goes back', async () => {
    const current = () => readlink(join(server.directory, 'web/current'))
    const first = await project.json(['run', 'deploy', '--release', 'v1'])
    expect([first.exitCode, endsOf(first), await current()]).toEqual([
      0,
      { 'web-1': 'done', 'web-2': 'done' },
      'releases/v1',
    ])
    const bad = await project.json(['run', 'deploy', '--release', 'v2'])
    expect([bad.exitCode, endsOf(bad), await current()]).toEqual([1, { 'web-1': 'failed' }, 'releases/v2'])
    expect((await project.json(['run', 'deploy', '--release', 'v1'])).exitCode).toBe(0)
    expect(await current()).toBe('releases/v1')
  })

  it('is told before it is done', async () => {
    const { exitCode, stdout } = await project.tasks('plan', 'deploy', '--release', 'v2')
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/systemctl restart web/),
    })
  })
})
