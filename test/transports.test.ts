import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, type JsonResult, Project } from './project.ts'
import { PseudoTerminal } from './pseudo-terminal.ts'
import { Sshd } from './referees/sshd.ts'

// The same small task file over both transports: what comes of it must be the same.
const config = `
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import { defineConfig, remoteTask } from '@viridian/core'

const { good, odd } = JSON.parse(readFileSync(new URL('hosts.json', import.meta.url), 'utf8'))
const web = [good, { ...good, name: 'web-2' }]
const all = [good, ...odd]

const tasksOf = (role) => ({
  lost: remoteTask({ role }, async (host) => {
    await host.run\`sh -c \${'echo begun; kill -9 ' + '$(ps -o ppid= -p $(ps -o ppid= -p $$)); sleep 60'}\`
  }),
  through: remoteTask({ role, args: { port: 'number' } }, async (host, t) => {
    const forward = await host.forward({ remote: t.args.port })
    const page = await new Promise((resolve, reject) => {
      get({ host: forward.address, port: forward.port, agent: false }, resolve).on('error', reject)
    })
    t.say('got ' + await text(page))
  }),
})
export default defineConfig({
  ssh: { config: false, knownHosts: ['known_hosts'], connectTimeout: '4s' },
  roles: {
    ssh2: web,
    openssh: { hosts: web, ssh: { transport: 'openssh' } },
    'all-ssh2': all,
    'all-openssh': all.map((host) => ({ ...host, transport: 'openssh' })),
  },
  tasks: { ssh2: tasksOf('ssh2'), openssh: tasksOf('openssh') },
})
`

let server: Sshd
let project: Project
const there = mkdtempSync(join(tmpdir(), 'viridian-there-'))

beforeAll(async () => {
  server = await Sshd.start({ addresses: 3 })
  const [good, unknown, changed] = server.hosts()
  const other = join(there, 'other')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'other', '-f', other])
  const key = readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
  const closed = { ...good, name: 'closed', port: 1 }
  const odd = [
    { ...unknown, name: 'unknown' },
    { ...changed, name: 'changed' },
    { ...good, name: 'stranger', identityFile: other },
    { ...good, name: 'keyless', identityFile: join(there, 'none') },
    closed,
  ]
  const known = [server.hostKey, key].map(
    (each, index) => `[${server.addresses[index * 2]}]:${server.port} ${each}\n`,
  )
  project = await Project.of({
    'tasks.config.ts': config,
    'hosts.json': JSON.stringify({ good, odd }),
    known_hosts: known.join(''),
    'site/index.html': 'hello',
  })
})

afterAll(async () => {
  await project.remove()
  await server.stop()
  rmSync(there, { recursive: true })
})

/** What a run came to, without what is of its own: times, and the order among hosts. */
function outcome({ exitCode, events, last }: JsonResult): string {
  const ofHosts = events
    .filter(({ kind }) => String(kind).startsWith('host.') || kind === 'note')
    .map(({ kind, host, line, stream, error, text }) =>
      JSON.stringify({ kind, host, line, stream, error, text }),
    )
  return [exitCode, JSON.stringify(last('run.finished').error), ...ofHosts.sort()].join('\n')
}

// Why there is no connection, the system's ssh says in words of its own.
const ownWords =
  /connect ECONNREFUSED \S+?:1\b|connect to host \S+ port 1: Connection refused|(?<=was lost): Connection to \S+ closed by remote host/g

/** Both outcomes; of the transports' names, nothing is left in them. */
async function both(argsFor: (transport: string) => string[]): Promise<{ ssh2: string; openssh: string }> {
  const of = async (transport: string): Promise<string> =>
    outcome(await project.json(argsFor(transport)))
      .replaceAll(transport, 'transport')
      .replaceAll(ownWords, '')
  return { ssh2: await of('ssh2'), openssh: await of('openssh') }
}

describe('relative paths of a task file', () => {
  it('start where it stands, wherever the command is given', async () => {
    const [good] = server.hosts()
    copyFileSync(join(server.directory, 'id'), join(project.directory, 'key'))
    await project.write(
      'ssh_config',
      `Host by-name\n  HostName ${good?.address}\n  UserKnownHostsFile none\n`,
    )
    const host = { ...good, name: 'by-name', address: 'by-name', identityFile: 'key', hostKeys: undefined }
    const byName = `{ ...${JSON.stringify(host)}, name, transport: name }`
    await project.write(
      'paths.config.ts',
      `const hosts = ['ssh2', 'openssh'].map((name) => (${byName}))
      export default {
        ssh: { config: 'ssh_config', knownHosts: ['known_hosts'], connectTimeout: '10s' },
        roles: { byName: hosts }, tasks: {},
      }`,
    )
    const below = join(project.directory, 'below')
    mkdirSync(below)
    for (const words of [
      ['exec', '--role', 'byName', 'echo in'],
      ['doctor', '--role', 'byName'],
    ]) {
      const child = project.start(['--config', '../paths.config.ts', ...words], { SSH_AUTH_SOCK: '' }, below)
      const { exitCode, stdout, stderr } = await ended(child)
      expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' })
    }
  }, 60_000)
})

describe('over both transports the same comes of', () => {
  it('hosts that cannot be logged in to', async () => {
    const { ssh2, openssh } = await both((transport) => ['exec', '--role', `all-${transport}`, 'echo in'])
    expect(openssh).toEqual(ssh2)
    const codes = [
      'E_HOST_KEY_UNKNOWN',
      'E_HOST_KEY_CHANGED',
      'E_HOST_UNREACHABLE',
      'E_HOST_AUTH',
      'E_IDENTITY_FILE',
    ]
    for (const code of codes) expect(ssh2).toContain(code)
  })

  it.each<[string, string]>([
    ['a command that fails', 'echo out; echo no such thing >&2; exit 3'],
    ['a command that is killed', 'kill -9 $$'],
    ['a command that is not there', 'none-such'],
    ['a command without an end of line', 'printf %s last'],
  ])('%s', async (_, command) => {
    const { ssh2, openssh } = await both((transport) => ['exec', '--role', transport, command])
    expect(openssh).toEqual(ssh2)
  })

  it('a connection lost in mid-command', async () => {
    const { ssh2, openssh } = await both((transport) => ['run', `${transport}:lost`])
    expect(openssh).toEqual(ssh2)
    expect(ssh2).toContain('E_HOST_LOST')
  })

  it('files put', async () => {
    for (const transport of ['ssh2', 'openssh']) mkdirSync(join(there, transport))
    const put = (transport: string): string => join(there, transport, 'put')
    const { ssh2, openssh } = await both((transport) => ['put', 'site', put(transport), '--role', transport])
    expect(openssh).toEqual(ssh2)
    for (const transport of ['ssh2', 'openssh'])
      expect(readFileSync(join(put(transport), 'index.html'), 'utf8')).toBe('hello')
  })

  it('a port forwarded', async () => {
    const web = createServer((_request, response) => response.end('a page')).listen(0, '127.0.0.1')
    await once(web, 'listening')
    const address = web.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const port = String(address.port)
    const { ssh2, openssh } = await both((transport) => ['run', `${transport}:through`, '--port', port])
    web.close()
    expect(openssh).toEqual(ssh2)
    expect(ssh2).toContain('got a page')
  })
})

it.each(['ssh2', 'openssh'])('tasks ssh gives a terminal to a command by %s', async (transport) => {
  const terminal = await PseudoTerminal.open(project.directory)
  const ssh = `${process.execPath} ${project.command} ssh ${transport} --first -- 'test -t 0 && exit 7'`
  terminal.type(`${ssh}; echo "came $?"\n`)
  await terminal.shows('came 7')
  await terminal.hangUp()
})
