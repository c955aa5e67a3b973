import type { Duplex } from 'node:stream'
import type { OpenSSHAgent } from 'ssh2'
import { ViridianError } from '../../error.ts'
import { algorithmsFor, concessionFor } from './algorithms.ts'
import type { HostKeyPolicy } from './host-key-policy.ts'
import type { HostTime } from './host-time.ts'
import { NodeSSH } from './libraries.ts'
import type { Login } from './login.ts'
import { RemotePorts } from './remote-ports.ts'
import { softwareOf } from './server-software.ts'
import type { Session } from './session.ts'
import { takeShortcuts } from './shortcuts.ts'
import type { Target } from './target.ts'

// Bytes that may wait in the socket when a channel is given more.
const unsentAtMost = 64 * 1024

export interface Timing {
  /** Milliseconds for one try, from the TCP connection to the login, without what a person takes to answer. */
  readonly readyTimeout: number
  /** Milliseconds between probes of a silent host, and how many may go unanswered before it counts as lost. */
  readonly keepaliveInterval: number
  readonly keepaliveCount: number
}

export interface Attempt {
  readonly target: Target
  readonly policy: HostKeyPolicy
  readonly login: Login
  readonly time: HostTime
  readonly timing: Timing
  /** The agent that commands of the host may use. */
  readonly forwarded: OpenSSHAgent | undefined
  /** Opens the way to the host's sshd. */
  readonly open: (signal: AbortSignal) => Promise<Duplex>
  readonly signal: AbortSignal
}

/**
 * Connects and logs in once.
 *
 * @throws ViridianError when another try would end the same way (host key, login); else the failure as it came
 */
export async function handshake(attempt: Attempt): Promise<Session> {
  const { login, time, timing, signal } = attempt
  const stop = new AbortController()
  const abort = (): void => stop.abort(signal.reason)
  let late = 'the connection timed out'
  const callOff = time.alarm(timing.readyTimeout, () =>
    stop.abort(Object.assign(new Error(late), { code: 'ETIMEDOUT' })),
  )
  signal.addEventListener('abort', abort, { once: true })
  let isIn = false
  try {
    signal.throwIfAborted()
    const socket = await attempt.open(stop.signal)
    late = 'timed out while waiting for the handshake'
    const session = await logIn(attempt, socket, stop.signal)
    isIn = true
    return session
  } finally {
    login.end(isIn)
    callOff()
    signal.removeEventListener('abort', abort)
  }
}

async function logIn(attempt: Attempt, socket: Duplex, stop: AbortSignal): Promise<Session> {
  const { target, policy, login, timing, forwarded } = attempt
  const { settings } = target
  let badKey: ViridianError | undefined
  let software: string | undefined
  let fail: (error: unknown) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  // Nobody waits for the host to answer the goodbye: many sshds take their time.
  socket.once('finish', () => socket.destroy())
  const ssh = new NodeSSH()
  const connecting = ssh.connect({
    sock: socket,
    username: target.user,
    // The host's time is kept above.
    readyTimeout: 0,
    keepaliveInterval: orUsual(settings.serverAliveInterval, timing.keepaliveInterval / 1_000) * 1_000,
    keepaliveCountMax: orUsual(settings.serverAliveCountMax, timing.keepaliveCount),
    algorithms: algorithmsFor(target, policy.types),
    hostVerifier: (key: Buffer, verify: (isRight: boolean) => void) => {
      if (client) {
        software = softwareOf(client)
        takeShortcuts(client)
      }
      const take = (error: ViridianError | undefined): void => {
        badKey = error
        verify(error === undefined)
      }
      const verdict = policy.check(key)
      if (verdict instanceof Promise) verdict.then(take, fail)
      else take(verdict)
    },
    authHandler: (accepted, partial, next) => {
      // Typed as names of methods; `false` is what ends the tries.
      login.next(accepted, partial).then((method) => next(method as Exclude<typeof method, false>), fail)
    },
    ...(forwarded && { agent: forwarded, agentForward: true }),
  })
  const client = ssh.connection
  // node-ssh takes its own listener away once connected; from then on an error would end the process. What it says
  // is read by whoever holds the connection. And node-ssh would give up when one key of several cannot sign.
  client?.removeAllListeners('error').on('error', (error) => {
    if (levelOf(error) !== 'agent') fail(error)
  })
  client?.on('change password', () => fail(expired(target)))
  const abort = (): void => fail(stop.reason)
  stop.addEventListener('abort', abort, { once: true })
  if (stop.aborted) abort()
  try {
    await Promise.race([connecting, failed])
    if (client === null) throw new Error('the connection was closed at once')
    return {
      client,
      socket,
      software,
      ports: () => new RemotePorts(client),
      sent: () => sentBy(socket),
    }
  } catch (error) {
    socket.destroy()
    throw badKey ?? (isRefusal(error) ? login.refusal() : final(target, error))
  } finally {
    stop.removeEventListener('abort', abort)
  }
}

/** A channel of ssh2 takes what the host has room for, megabytes of it, however little of that goes out. */
const sentBy = (socket: Duplex): Promise<unknown> | undefined =>
  socket.writableLength > unsentAtMost ? new Promise((resolve) => socket.once('drain', resolve)) : undefined

const orUsual = (said: number | undefined, usual: number): number => said ?? usual

// A server that has seen too many keys hangs up, instead of refusing the next one.
function isRefusal(error: unknown): boolean {
  if (levelOf(error) === 'client-authentication') return true
  return error instanceof Error && /too many authentication failures/i.test(error.message)
}

function expired({ name, user }: Target): ViridianError {
  return new ViridianError('E_HOST_AUTH', `${name}: the password of ${user} has expired`, {
    hint: 'log in once by ssh, which asks for a new one',
    place: { host: name },
  })
}

function final(target: Target, error: unknown): unknown {
  if (levelOf(error) !== 'handshake' || !(error instanceof Error)) return error
  return new ViridianError(
    'E_HOST_PROTOCOL',
    `${target.name} (${target.address}:${target.port}): ${error.message}`,
    {
      hint:
        concessionFor(target, error.message) ??
        "try whether transport: 'openssh' gets on with its SSH server",
      place: { host: target.name },
      cause: error,
    },
  )
}

function levelOf(error: unknown): unknown {
  return error instanceof Error && 'level' in error ? error.level : undefined
}
