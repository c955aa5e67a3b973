import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { HostSpec } from '../transport.ts'
import { until } from './until.ts'

const program = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find(existsSync)

export interface OpenSshOptions {
  /** Lines for its sshd_config. */
  readonly config?: readonly string[]
  /** @default ed25519 */
  readonly identityType?: string
  /** Scripts by name, found before all other programs. */
  readonly programs?: Readonly<Record<string, string>>
  readonly hostKeyTypes?: readonly ('ed25519' | 'rsa' | 'ecdsa')[]
}

/** A real sshd on a free port of loopback, with keys of its own. */
export class OpenSsh {
  readonly directory: string
  readonly port: number
  readonly identityFile: string
  readonly knownHosts: string
  #process: ChildProcess | undefined
  #log = ''

  private constructor(directory: string, port: number) {
    this.directory = directory
    this.port = port
    this.identityFile = join(directory, 'id')
    this.knownHosts = join(directory, 'known_hosts')
  }

  static async start(options: OpenSshOptions = {}): Promise<OpenSsh> {
    // Its empty directory for privilege separation; packages leave it to the boot to make.
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
    const directory = await mkdtemp(join(tmpdir(), 'viridian-sshd-'))
    const port = await freePort()
    makeKey(join(directory, 'id'), options.identityType ?? 'ed25519')
    const types = options.hostKeyTypes ?? ['ed25519']
    for (const type of types) makeKey(join(directory, `host_${type}`), type)
    const config = options.config ?? []
    const lines = [
      ...config,
      // Of most settings sshd takes the first, of this one the last.
      ...(config.some((line) => line.startsWith('MaxStartups')) ? [] : ['MaxStartups 200:30:300']),
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `PidFile ${join(directory, 'pid')}`,
      `AuthorizedKeysFile ${join(directory, 'id.pub')}`,
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'StrictModes no',
      'UsePAM no',
      // Away from the start-up files of whoever runs the tests. Of SetEnv sshd takes the first line.
      `SetEnv HOME=${directory} PATH=${join(directory, 'bin')}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
      ...types.map((type) => `HostKey ${join(directory, `host_${type}`)}`),
    ]
    writeFileSync(join(directory, 'sshd_config'), `${lines.join('\n')}\n`)
    mkdirSync(join(directory, 'bin'))
    for (const [name, body] of Object.entries(options.programs ?? {}))
      writeFileSync(join(directory, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    const server = new OpenSsh(directory, port)
    const known = types.map((type) => `[127.0.0.1]:${port} ${server.hostKey(type)}\n`)
    writeFileSync(server.knownHosts, known.join(''))
    await server.listen()
    return server
  }

  /** What it says of itself. */
  get log(): string {
    return this.#log
  }

  /** Starts to listen (again). */
  async listen(): Promise<void> {
    if (program === undefined) throw new Error('these tests need OpenSSH: apt-get install openssh-server')
    this.#process = spawn(program, ['-D', '-e', '-f', join(this.directory, 'sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString()
    })
    await until(
      () => answers(this.port),
      () => `sshd does not listen: ${this.#log}`,
    )
  }

  /** Stops to listen; connections that stand go on. */
  async halt(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.#process === undefined) return
    const ended = once(this.#process, 'exit')
    this.#process.kill(signal)
    this.#process = undefined
    await ended
  }

  /** Lets another key log in. */
  admit(file: string): void {
    appendFileSync(join(this.directory, 'id.pub'), readFileSync(`${file}.pub`))
  }

  /** Kills what serves the connections that stand, as a machine dies: without a goodbye. */
  crashSessions(): void {
    this.#signal('SIGKILL')
  }

  /** Stops what serves the connections that stand in its tracks: nothing is answered any more. */
  stall(): void {
    this.#signal('SIGSTOP')
  }

  /** Type and key of its host key, as known_hosts has them. */
  hostKey(type: 'ed25519' | 'rsa' | 'ecdsa' = 'ed25519'): string {
    const text = readFileSync(join(this.directory, `host_${type}.pub`), 'utf8')
    return text.split(' ').slice(0, 2).join(' ')
  }

  spec(more: Partial<HostSpec> = {}): HostSpec {
    const { port, identityFile } = this
    return { name: 'web-1', address: '127.0.0.1', port, identityFile, ...more }
  }

  async stop(): Promise<void> {
    this.crashSessions()
    await this.halt('SIGKILL')
    await rm(this.directory, { recursive: true, force: true })
  }

  #signal(signal: 'SIGKILL' | 'SIGSTOP'): void {
    const pid = this.#process?.pid
    if (pid === undefined) return
    for (const each of sessionsBelow(pid)) {
      try {
        process.kill(each, signal)
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

function sessionsBelow(pid: number): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,comm='], { encoding: 'utf8' }).split('\n')
  const all = lines.map((line) => line.trim().split(/\s+/))
  const below = (parent: string): string[] =>
    all
      .filter(([, ppid, name = '']) => ppid === parent && name.startsWith('sshd'))
      .flatMap(([child = '']) => [child, ...below(child)])
  return below(String(pid)).map(Number)
}

export function makeKey(file: string, type: string, passphrase = ''): void {
  const bits = type === 'rsa' ? ['-b', '2048'] : []
  // One round of a passphrase's hash, where sixteen are usual: it takes a quarter of a second and more.
  const rounds = ['-a', '1']
  const words = ['-q', '-t', type, ...bits, ...rounds, '-N', passphrase, '-C', 'test', '-f', file]
  execFileSync('ssh-keygen', words)
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'data')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
