import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { HostSpec } from '@viridian/core'
import { childrenOf, end } from './processes.ts'
import { until } from './until.ts'

const program = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find(existsSync)

export interface SshdOptions {
  /** Lines of its sshd_config. */
  readonly config?: readonly string[]
  /** Addresses of loopback that it listens on: sshd takes at most 16. @default 1 */
  readonly addresses?: number
  /** What the login's shell runs before each command. */
  readonly bashrc?: string
  /** Variables for the server itself. */
  readonly env?: Readonly<Record<string, string>>
}

/** Debian's sshd on addresses of loopback, with keys and a home of its own. */
export class Sshd {
  readonly directory: string
  readonly port: number
  readonly addresses: readonly string[]
  readonly #process: ChildProcess
  #log = ''

  private constructor(
    directory: string,
    port: number,
    addresses: readonly string[],
    env: Readonly<Record<string, string>>,
  ) {
    if (program === undefined)
      throw new Error('the referees need OpenSSH: install openssh-server, or run .ci/run')
    this.directory = directory
    this.port = port
    this.addresses = addresses
    this.#process = spawn(program, ['-D', '-e', '-f', join(directory, 'sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text
    })
  }

  static async start({ config = [], addresses = 1, bashrc, env = {} }: SshdOptions = {}): Promise<Sshd> {
    // Its empty directory for privilege separation; Debian's package leaves it to the boot to make.
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
    const directory = await mkdtemp(join(tmpdir(), 'viridian-sshd-'))
    for (const name of ['id', 'host_key'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(directory, name)])
    const port = await freePort()
    const net = `127.${100 + number(100)}.${number(256)}`
    const listening = Array.from({ length: addresses }, (_, index) => `${net}.${index + 1}`)
    const lines = [
      ...config,
      ...listening.map((address) => `ListenAddress ${address}:${port}`),
      'PidFile none',
      `HostKey ${join(directory, 'host_key')}`,
      `AuthorizedKeysFile ${join(directory, 'id.pub')}`,
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'StrictModes no',
      'UsePAM no',
      // Where the login's shell looks for its start-up files.
      `SetEnv HOME=${directory}`,
    ]
    await writeFile(join(directory, 'sshd_config'), `${lines.join('\n')}\n`)
    if (bashrc !== undefined) await writeFile(join(directory, '.bashrc'), bashrc)
    const server = new Sshd(directory, port, listening, env)
    try {
      await until(
        'sshd listens',
        async () => (await answers(listening.at(-1) ?? '', port)) || server.#ended(),
      )
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  /** What it says of itself. */
  get log(): string {
    return this.#log
  }

  get hostKey(): string {
    return readFileSync(join(this.directory, 'host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  }

  /** Its addresses as known_hosts has them. */
  knownHosts(hostKey = this.hostKey): string {
    return this.addresses.map((address) => `[${address}]:${this.port} ${hostKey}\n`).join('')
  }

  /** A host for each of its addresses, numbered from `first` on. */
  hosts(first = 1): HostSpec[] {
    return this.addresses.map((address, index) => ({
      name: `web-${first + index}`,
      address,
      port: this.port,
      user: userInfo().username,
      identityFile: join(this.directory, 'id'),
    }))
  }

  /** Kills it with all of its sessions, as a machine dies. What runs in them is left alone. */
  crash(): void {
    end(this.#all())
  }

  /** Stops it with all of its sessions in their tracks: their connections stand, and nothing is answered. */
  stall(): void {
    for (const pid of this.#all()) process.kill(pid, 'SIGSTOP')
  }

  async stop(): Promise<void> {
    this.crash()
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit')
    await rm(this.directory, { recursive: true, force: true })
  }

  #all(): number[] {
    const { pid } = this.#process
    if (pid === undefined) return []
    const isSshd = (child: number): boolean => nameOf(child).startsWith('sshd')
    const below = (parent: number): number[] =>
      childrenOf(parent)
        .filter(isSshd)
        .flatMap((child) => [child, ...below(child)])
    return [pid, ...below(pid)]
  }

  #ended(): false {
    if (this.#process.exitCode === null) return false
    throw new Error(`sshd ended with ${this.#process.exitCode}: ${this.#log}`)
  }
}

const number = (below: number): number => Math.floor(Math.random() * below)

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    // It has ended meanwhile.
    return ''
  }
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

async function answers(address: string, port: number): Promise<boolean> {
  const socket = connect(port, address)
  try {
    await once(socket, 'data')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
