import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Project } from './project.ts'
import { countOf } from './referees/processes.ts'
import { Sshd } from './referees/sshd.ts'
import { until } from './referees/until.ts'

const config = `
import { readFileSync } from 'node:fs'
import { defineConfig } from '@viridian/core'

const hosts = JSON.parse(readFileSync('hosts.json', 'utf8'))
export default defineConfig({
  ssh: { config: 'ssh_config', knownHosts: ['known_hosts'], connectTimeout: '10s' },
  roles: { ssh2: hosts, openssh: { hosts, ssh: { transport: 'openssh' } } },
  tasks: {},
})
`
const count = 10
// Temporary files of the runs, the sockets of ssh's masters among them.
const own = mkdtempSync(join(tmpdir(), 'vf-'))
let server: Sshd
let project: Project

beforeAll(async () => {
  server = await Sshd.start({ addresses: count })
  project = await Project.of({
    'tasks.config.ts': config,
    'hosts.json': JSON.stringify(server.hosts()),
    known_hosts: server.knownHosts(),
    ssh_config: 'ServerAliveInterval 1\nServerAliveCountMax 2\n',
  })
})
afterAll(async () => {
  await project.remove()
  await server.stop()
  rmSync(own, { recursive: true })
})

describe.each(['ssh2', 'openssh'])('commands on ten hosts, by %s', (role) => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 130],
    ['SIGHUP', 130],
    ['SIGKILL', null],
  ] as const)('end with their runner at %s, with all that they started', async (signal, exitCode) => {
    const seconds = `${1000 + Math.random()}`
    const script = `sleep ${seconds} & sh -c 'sleep ${seconds}; true'`
    const child = project.start(['exec', '--role', role, script], { TMPDIR: own })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await until('all hosts are at it', () => countOf(`sleep ${seconds}`) === 2 * count)
    child.kill(signal)
    expect(await ended).toBe(exitCode)
    await until('nothing runs on', () => countOf(`sleep ${seconds}`) === 0)
    await until('nothing of it is left here', () => readdirSync(own).every((name) => !name.startsWith('vs-')))
  })

  it('are lost, and said to be, when their host says nothing any more', async () => {
    const quiet = await Sshd.start()
    try {
      const seconds = `${1000 + Math.random()}`
      await project.write('hosts.json', JSON.stringify(quiet.hosts()))
      await project.write('known_hosts', quiet.knownHosts())
      const running = project.tasks('exec', '--role', role, `sleep ${seconds}`)
      await until('the host is at it', () => countOf(`sleep ${seconds}`) === 1)
      quiet.stall()
      const { exitCode, stdout } = await running
      expect(exitCode).toBe(1)
      expect(stdout).toMatch(/the connection to web-1 was lost/)
      quiet.crash()
      await until('nothing runs on', () => countOf(`sleep ${seconds}`) === 0)
    } finally {
      await quiet.stop()
      await project.write('hosts.json', JSON.stringify(server.hosts()))
      await project.write('known_hosts', server.knownHosts())
    }
  })
})
