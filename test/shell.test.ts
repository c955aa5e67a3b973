import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Project } from './project.ts'
import { PseudoTerminal } from './pseudo-terminal.ts'
import { countOf, pidOf } from './referees/processes.ts'
import { Sshd } from './referees/sshd.ts'
import { until } from './referees/until.ts'

const taskFile = `
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, remoteTask } from '@viridian/core'

const [host] = JSON.parse(readFileSync(join(import.meta.dirname, 'hosts.json'), 'utf8'))

const look = remoteTask({ role: 'both' }, async (host, t) => {
  const code = await host.cd('/tmp').env({ GREETING: 'hello there' }).shell()
  t.say(\`\${host.name} ended with \${code}\`)
})
const crash = remoteTask({ role: 'web' }, async (host) => {
  setTimeout(() => { throw new Error('a task file may do anything') }, 1500)
  await host.shell()
})

export default defineConfig({
  roles: { web: [host], both: [host, { ...host, name: 'web-2' }] },
  ssh: { identityFile: host.identityFile, knownHosts: [join(import.meta.dirname, 'known_hosts')], connectTimeout: '10s' },
  tasks: { look, crash },
})
`

const tasks = (words: string): string => `${process.execPath} ${project.command} ${words}`

let server: Sshd
let project: Project
let terminal: PseudoTerminal

beforeAll(async () => {
  project = await Project.of({ 'tasks.config.ts': taskFile })
})
afterAll(() => project.remove())
beforeEach(async () => {
  server = await Sshd.start()
  // No line editing: what is typed is echoed by the remote terminal and by nothing else.
  const profile = "PS1='there> '; set +o emacs +o vi\n"
  for (const name of ['.profile', '.bash_profile']) await writeFile(join(server.directory, name), profile)
  await project.write('hosts.json', JSON.stringify(server.hosts()))
  await project.write('known_hosts', server.knownHosts())
  terminal = await PseudoTerminal.open(project.directory)
})
afterEach(async () => {
  await terminal.hangUp()
  await server.stop()
})

/** Starts `tasks`, up to the prompt of the host's shell. */
async function open(words: string): Promise<string> {
  terminal.type(`${tasks(words)}\r`)
  return terminal.shows('there> ')
}

/** Types a command into the host's shell, and gives what it shows. */
async function there(line: string): Promise<string> {
  terminal.type(`${line}\r`)
  await terminal.shows(`${line}\r\n`)
  return (await terminal.shows('there> ')).replace(/there> $/, '').trim()
}

describe('tasks ssh', () => {
  it('is a terminal on the host, of the same size, with its own Ctrl-C and exit code', async () => {
    const before = await terminal.run('stty -g')
    await open('ssh web')
    expect(await there('stty size; echo "$TERM"')).toBe('33 101\r\nxterm')
    terminal.resize(40, 120)
    await until('the size follows', async () => (await there('stty size')) === '40 120')

    const seconds = `${Math.floor(Math.random() * 1e9)}.5`
    terminal.type(`sleep ${seconds}\r`)
    await until('it sleeps', () => countOf(`sleep ${seconds}`) === 1)
    terminal.type('\u0003')
    await terminal.shows('there> ')
    expect(countOf(`sleep ${seconds}`)).toBe(0)
    expect(await there('echo still; cd /')).toBe('still')

    terminal.type('exit 7\r')
    await terminal.shows('here> ')
    expect(await terminal.run('echo $?')).toBe('7')
    expect(await terminal.run('stty -g')).toBe(before)
  })

  it('loses no key and gives none twice', async () => {
    // Typed before the shell is there.
    terminal.type(`${tasks('ssh web-1')}\recho early\r`)
    await terminal.shows('there> ')
    await terminal.shows('early\r\nthere> ')
    terminal.type('echo o')
    await terminal.shows('echo o')
    terminal.type('nce\r')
    expect(await terminal.shows('there> ')).toBe('nce\r\nonce\r\nthere> ')

    const keys = Array.from({ length: 20_000 }, (_, index) => `${index} ~.`).join(' ')
    terminal.type(`stty raw -echo; echo ready; head -c ${keys.length} | md5sum; stty sane\r`)
    await terminal.shows('ready\n')
    terminal.type(keys)
    expect(await terminal.shows('there> ')).toContain(createHash('md5').update(keys).digest('hex'))
    terminal.type('exit\r')
    await terminal.shows('here> ')
  })

  it('runs a command on a terminal', async () => {
    const shown = await terminal.run(tasks("ssh web -- 'test -t 0 && echo a terminal; exit 3'"))
    expect(shown).toContain('a terminal')
    expect(await terminal.run('echo $?')).toBe('3')
    const [host] = server.hosts()
    const own = tasks(`ssh ${host?.user}@${host?.address}:${host?.port} -- echo here`)
    expect(await terminal.run(own)).toMatch(/^here$/m)
  })

  it('that loses its host says so, and leaves the terminal as it was', async () => {
    const before = await terminal.run('stty -g')
    await open('ssh web')
    terminal.type('sleep 1000\r')
    server.crash()
    expect(await terminal.shows('here> ')).toContain('E_HOST_LOST: the connection to web-1 was lost')
    expect(await terminal.run('echo $?')).toBe('255')
    expect(await terminal.run('stty -g')).toBe(before)
  })

  it('is left by ~. also when the host does not answer any more', async () => {
    const before = await terminal.run('stty -g')
    await open('ssh web')
    server.stall()
    terminal.type('\r~.')
    expect(await terminal.shows('here> ')).toContain('E_SHELL_LEFT: the shell on web-1 was left by ~.')
    expect(await terminal.run('echo $?')).toBe('255')
    expect(await terminal.run('stty -g')).toBe(before)
  })

  it('ends with the terminal that hangs up, and so does what ran there', async () => {
    await open('ssh web')
    const seconds = `${Math.floor(Math.random() * 1e9)}.5`
    terminal.type(`sleep ${seconds}\r`)
    await until('it sleeps', () => countOf(`sleep ${seconds}`) === 1)
    await terminal.hangUp()
    await until('it has ended', () => countOf(`sleep ${seconds}`) === 0)
    await until('so has the command', () => countOf(tasks('ssh web')) === 0)
  })

  it('of which nothing is left ends a run as a signal, and not as a crash', async () => {
    const seconds = `${Math.floor(Math.random() * 1e9)}.5`
    const words = `exec --role web 'sleep ${seconds}'`
    terminal.type(`(trap : HUP; ${tasks(words)}; echo $? >ended)\r`)
    await until('it sleeps', () => countOf(`sleep ${seconds}`) > 0)
    await terminal.hangUp()
    const ended = join(project.directory, 'ended')
    await until('it has ended', () => existsSync(ended) && readFileSync(ended, 'utf8') !== '')
    expect(readFileSync(ended, 'utf8')).toBe('129\n')
    expect(countOf(`sleep ${seconds}`)).toBe(0)
  })

  it.each([
    ['ssh both', 'E_HOST_AMBIGUOUS: role "both" has 2 hosts', 'name one of them (web-1, web-2)'],
    ['ssh web-3', 'E_HOST_UNKNOWN: no role and no host of a role is called "web-3"', 'web-'],
    ['ssh web --json', '"code":"E_NO_TERMINAL"', 'a terminal'],
  ])('%s is not understood', async (words, message, hint) => {
    const shown = await terminal.run(tasks(words))
    expect(shown).toContain(message)
    expect(shown).toContain(hint)
    expect(await terminal.run('echo $?')).toBe('2')
  })

  it('needs a terminal', async () => {
    const { exitCode, stderr } = await project.tasks('ssh', 'web')
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('E_NO_TERMINAL: web-1: a shell needs')])
  })
})

describe('host.shell()', () => {
  it('has the terminal for one host after the other, in its context', async () => {
    const before = await terminal.run('stty -g')
    // Whichever host is connected to first has it first.
    const begin = await open('run look')
    const [first, second] = begin.includes('web-1 (~.') ? ['web-1', 'web-2'] : ['web-2', 'web-1']
    expect(begin).toContain(`${first} (~. at the start of a line leaves)`)
    expect(await there('echo "$PWD: $GREETING"')).toBe('/tmp: hello there')
    terminal.type('exit 5\r')
    expect(await terminal.shows('there> ')).toContain(`${second} (~.`)
    terminal.type('exit\r')
    const end = await terminal.shows('here> ')
    expect(end).toContain(`${first} ended with 5`)
    expect(end).toContain(`${second} ended with 0`)
    expect(await terminal.run('stty -g')).toBe(before)
  })

  it('is closed when the run stops', async () => {
    const before = await terminal.run('stty -g')
    await open('run look')
    process.kill(pidOf(tasks('run look')), 'SIGTERM')
    expect(await terminal.shows('here> ')).toContain('E_INTERRUPTED: interrupted by SIGTERM')
    expect(await terminal.run('echo $?')).toBe('130')
    expect(await terminal.run('stty -g')).toBe(before)
  })

  it('leaves the terminal as it was when the runner crashes', async () => {
    const before = await terminal.run('stty -g')
    await open('run crash')
    expect(await terminal.shows('here> ')).toContain('a task file may do anything')
    expect(await terminal.run('stty -g')).toBe(before)
  })
})
