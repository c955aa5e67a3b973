import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Connection, PseudoTtyInfo, ServerChannel, Session } from 'ssh2'
import { environmentOf } from './environment.ts'
import { type Computer, hostName } from './layout.ts'
import { signalGroup, spawnGroup } from './process-group.ts'

import { serveSftp } from './sftp.ts'

const hangUpGrace = 2_000
const acceptedVariables = /^(LANG|LC_\w+)$/

/** Serves one session of a connection: a command, a shell, or SFTP. */
export function serveSession(
  session: Session,
  computer: Computer,
  connection: Connection,
  peers: string,
): void {
  const variables: Record<string, string> = {}
  let terminal: PseudoTtyInfo | undefined
  let child: ChildProcess | undefined
  const run = (channel: ServerChannel, command: string | undefined): void => {
    const environment = { ...environmentOf(computer), ...variables, SSH_CONNECTION: peers }
    child = start(computer, environment, terminal, command)
    attach(child, channel)
  }
  const hangUp = (): void => {
    if (child) endSession(child)
  }
  // The channel's own `close` waits until its input is read, which a stuck command never does.
  session.on('close', hangUp)
  connection.once('close', hangUp)
  session.on('pty', (accept, _, info) => {
    terminal = info
    accept?.()
  })
  session.on('window-change', (accept) => accept?.())
  session.on('env', (accept, reject, { key, val }) => {
    if (!acceptedVariables.test(key)) return reject?.()
    variables[key] = val
    accept?.()
  })
  session.on('signal', (accept, reject, { name }) => {
    const signal = signalOf(name)
    if (!signal || child?.pid === undefined || !signalGroup(child.pid, signal)) return reject?.()
    accept?.()
  })
  session.on('exec', (accept, _, { command }) => run(accept(), command))
  session.on('shell', (accept) => run(accept(), undefined))
  session.on('sftp', (accept) => serveSftp(accept(), computer.layout))
}

function start(
  { layout, machine, user }: Computer,
  environment: Record<string, string>,
  terminal: PseudoTtyInfo | undefined,
  command: string | undefined,
): ChildProcess {
  const options = { cwd: layout.home, env: environment }
  if (!terminal || !hasScript)
    return spawnGroup('/bin/sh', command === undefined ? [] : ['-c', command], options)
  const { term, rows, cols } = terminal
  const shell = existsSync('/bin/bash') ? 'bash --norc -i' : 'sh -i'
  const line = `stty rows ${rows} cols ${cols}; ${command ?? `exec ${shell}`}`
  const args =
    process.platform === 'linux' ? ['-qefc', line, '/dev/null'] : ['-q', '/dev/null', '/bin/sh', '-c', line]
  const prompt = shell.startsWith('bash') ? `[${user}@${hostName(machine.address)} \\W]$ ` : '$ '
  return spawnGroup('script', args, {
    ...options,
    env: { ...environment, TERM: term || 'dumb', PS1: prompt },
  })
}

const hasScript = ['/usr/bin/script', '/bin/script'].some((path) => existsSync(path))

function attach(child: ChildProcess, channel: ServerChannel): void {
  const { stdin, stdout, stderr } = child
  if (!stdin || !stdout || !stderr) throw new Error('A session needs its three streams')
  // A command that does not read its input to the end is no failure: its exit status says how it went.
  stdin.on('error', () => channel.resume())
  channel.pipe(stdin)
  stdout.pipe(channel, { end: false })
  stderr.pipe(channel.stderr)
  // A command run in the background holds the output open: like sshd, tell the status now and close when it is done.
  child.once('exit', (code, signal) => tellExit(channel, code, signal))
  child.once('error', (error) => {
    channel.stderr.end(`${error.message}\n`)
    tellExit(channel, 126, null)
    channel.end()
  })
  child.once('close', () => {
    // Behind a full window, errors still wait to be sent, and the end of the channel would overtake them.
    if (channel.stderr.writableFinished) channel.end()
    else channel.stderr.once('finish', () => channel.end())
  })
}

function tellExit(channel: ServerChannel, code: number | null, signal: NodeJS.Signals | null): void {
  if (code !== null) channel.exit(code)
  else channel.exit((signal ?? 'SIGKILL').slice(3), false, '')
}

/** Ends what a client left running by going away: a real sshd leaves it to itself unless it has a terminal. */
function endSession(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  signalGroup(pid, 'SIGHUP')
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), hangUpGrace)
  child.once('exit', () => clearTimeout(timer))
}

function signalOf(name: string): NodeJS.Signals | undefined {
  const signals: readonly NodeJS.Signals[] = [
    'SIGABRT',
    'SIGALRM',
    'SIGFPE',
    'SIGHUP',
    'SIGILL',
    'SIGINT',
    'SIGKILL',
    'SIGPIPE',
    'SIGQUIT',
    'SIGSEGV',
    'SIGTERM',
    'SIGUSR1',
    'SIGUSR2',
  ]
  return signals.find((signal) => signal === name || signal === `SIG${name}`)
}
