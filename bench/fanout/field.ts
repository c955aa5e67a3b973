import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** One sshd on loopback that stands for many hosts, and what every peer needs to reach it under many names. */
export interface Field {
  readonly directory: string
  readonly port: number
  readonly user: string
  readonly identityFile: string
  readonly knownHosts: string
  /** Names every host, for whoever reads ssh_config. */
  readonly sshConfig: string
  /** The same, with key exchange by curve25519, which all peers can do: the default of OpenSSH's costs it far more. */
  readonly curveConfig: string
  /** The home of whoever logs in. */
  readonly home: string
  /** A file with the names of so many hosts, one a line. */
  hostsFile(count: number): string
  /** Seconds of processor time that the sshd has spent so far on connections, all of which are over. */
  spent(): Promise<number>
  stop(): Promise<void>
}

// Bytes: what the largest upload leaves on all hosts, and as much again.
const needed = 4 * 1024 ** 3

export const hostNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `h${index + 1}`)

/** Starts the sshd, with keys of its own. */
export async function startField(): Promise<Field> {
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const directory = mkdtempSync(join(place(), 'viridian-bench-'))
  const at = (name: string): string => join(directory, name)
  const port = await freePort()
  const user = userInfo().username
  const home = at('home')
  mkdirSync(home)
  for (const name of ['id', 'host'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  const hostKey = readFileSync(at('host.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  writeFileSync(at('known_hosts'), `[127.0.0.1]:${port} ${hostKey}\nbench ${hostKey}\n`)
  writeFileSync(at('sshd_config'), sshdConfig(directory, port, home))
  writeFileSync(at('ssh_config'), sshConfig(directory, port, user))
  writeFileSync(at('curve_config'), `${sshConfig(directory, port, user)}  KexAlgorithms curve25519-sha256\n`)
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore' })
  await answering(sshd, port)
  return {
    directory,
    port,
    user,
    home,
    identityFile: at('id'),
    knownHosts: at('known_hosts'),
    sshConfig: at('ssh_config'),
    curveConfig: at('curve_config'),
    hostsFile: (count) => {
      const file = at(`hosts-${count}`)
      writeFileSync(file, `${hostNames(count).join('\n')}\n`)
      return file
    },
    spent: () => spentBy(sshd),
    stop: async () => {
      const ended = once(sshd, 'exit')
      sshd.kill()
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

// In memory where there is room: the disk of one machine does not stand for the disks of many hosts.
function place(): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize > needed ? memory : tmpdir()
}

const sshdConfig = (directory: string, port: number, home: string): string => `
Port ${port}
ListenAddress 127.0.0.1
HostKey ${directory}/host
AuthorizedKeysFile ${directory}/id.pub
PidFile ${directory}/pid
MaxStartups 2000
MaxSessions 20
PermitRootLogin prohibit-password
PasswordAuthentication no
StrictModes no
UsePAM no
UseDNS no
PrintMotd no
Subsystem sftp internal-sftp
SetEnv HOME=${home}
`

const sshConfig = (directory: string, port: number, user: string): string => `
Host h*
  HostName 127.0.0.1
  Port ${port}
  User ${user}
  HostKeyAlias bench
  IdentityFile ${directory}/id
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${directory}/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  LogLevel ERROR
`

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

// Of the fields of /proc/<pid>/stat, from the state on, those of its own time and that of children that have ended: proc(5).
const times = [11, 12, 13, 14]
const ticksPerSecond = 100

async function spentBy({ pid }: ChildProcess): Promise<number> {
  while (readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim() !== '') await sleep(20)
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return times.reduce((sum, each) => sum + Number(fields[each]), 0) / ticksPerSecond
}

async function answering(sshd: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (sshd.exitCode !== null) throw new Error('sshd has ended: is openssh-server installed?')
    const socket = connect(port, '127.0.0.1')
    const isUp = await once(socket, 'data').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isUp) return
    await sleep(50)
  }
  throw new Error('sshd does not answer')
}
