import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { PseudoTtyInfo, ServerChannel, Session } from 'ssh2'
import { environmentOf } from './environment.ts'
import type { HeardCommand } from './heard-command.ts'
import { type Computer, hostName } from './layout.ts'
import { signalGroup, spawnGroup } from './process-group.ts'

import { serveSftp } from './sftp.ts'
import { sendOutputs } from './ssh-output.ts'

const hangUpGrace = 2_000
/** The exit code of what cannot be started. */
const unstarted = 126
const acceptedVariables = /^(LANG|LC_\w+)$/

/** The connection that a session belongs to. */
export interface SessionConnection {
  /** As SSH_CONNECTION has them. */
  readonly peers: string
  readonly socket: Socket | undefined
}

/** Serves one session of a connection: a command, a shell, or SFTP. The result ends what the session runs. */
export function serveSession(
  session: Session,
  computer: Computer,
  { peers, socket }: SessionConnection,
): () => void {
  const variables: Record<string, string> = {}
  let terminal: PseudoTtyInfo | undefined
  let child: ChildProcess | undefined
  const run = (channel: ServerChannel, command: string | undefined): ChildProcess | undefined => {
    const environment = { ...environmentOf(computer), ...variables, SSH_CONNECTION: peers }
    try {
      child = start(computer, environment, terminal, command)
      return child
    } catch (error) {
      // No command line can hold a zero byte, and Node says so at once.
      tellUnstarted(channel, error)
      channel.end()
      return undefined
    }
  }
  const silence = (): void => {
    socket?.pause()
    socket?.cork()
  }
  const runHeard = (channel: ServerChannel, command: string, { fault, ended }: HeardCommand): void => {
    const started = run(channel, command)
    if (!started) {
      ended(unstarted)
      return
    }
    started.once('exit', (code) => {
      ended(code ?? 1)
      if (fault?.kind === 'lose') socket?.destroy()
      if (fault?.kind === 'mute') silence()
    })
    attach(started, channel, fault?.kind === 'spoil' ? 1 : undefined)
    if (fault?.kind === 'cut') socket?.destroy()
  }
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
  session.on('exec', (accept, reject, { command }) => {
    const heard = computer.hear()
    const kind = heard.fault?.kind
    if (kind === 'refuse' || kind === 'throttle') return reject?.()
    if (kind === 'hang') return silence()
    runHeard(accept(), command, heard)
  })
  session.on('shell', (accept) => {
    const channel = accept()
    const started = run(channel, undefined)
    if (started) attach(started, channel)
  })
  session.on('sftp', (accept) => serveSftp(accept(), computer.layout))
  return () => {
    if (child) hangUp(child)
  }
}

function start(
  { layout, machine, user, freeDisk }: Computer,
  environment: Record<string, string>,
  terminal: PseudoTtyInfo | undefined,
  command: string | undefined,
): ChildProcess {
  const options = { cwd: layout.home, env: environment }
  if (!terminal || !hasScript)
    return spawnGroup('/bin/sh', command === undefined ? [] : ['-c', limited(command, freeDisk())], options)
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

/** Without privileges there is no quota: a full disk is a limit to how large a file may become. */
function limited(command: string, free: number | null): string {
  return free === null ? command : `trap '' XFSZ; ulimit -f ${Math.ceil(free / 512)}; ${command}`
}

const hasScript = ['/usr/bin/script', '/bin/script'].some((path) => existsSync(path))

/** @param told - told in place of the command's own */
function attach(child: ChildProcess, channel: ServerChannel, told?: number): void {
  const { stdin, stdout, stderr } = child
  if (!stdin || !stdout || !stderr) throw new Error('A session needs its three streams')
  // A command that does not read its input to the end is no failure: its exit status says how it went.
  stdin.on('error', () => channel.resume())
  channel.pipe(stdin)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      tellExit(channel, told ?? code, signal)
      resolve()
    })
    child.once('error', (error) => {
      tellUnstarted(channel, error)
      resolve()
    })
  })
  // As with sshd, what a command leaves in the background holds its output open, and the channel with it.
  // An output that breaks off (the program could not be started) has ended as well.
  void Promise.allSettled([ended, sendOutputs(channel, stdout, stderr)]).then(() => channel.end())
}

function tellUnstarted(channel: ServerChannel, error: unknown): void {
  channel.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  tellExit(channel, unstarted, null)
}

function tellExit(channel: ServerChannel, code: number | null, signal: NodeJS.Signals | null): void {
  if (code !== null) channel.exit(code)
  else channel.exit((signal ?? 'SIGKILL').slice(3), false, '')
}

/** Ends what a client left running by going away: a real sshd leaves it to itself unless it has a terminal. */
function hangUp(child: ChildProcess): void {
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
