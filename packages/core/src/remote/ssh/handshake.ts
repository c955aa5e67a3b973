import { NodeSSH } from 'node-ssh'
import type { KexAlgorithm } from 'ssh2'
import { ViridianError } from '../../error.ts'
import type { Login } from './authentication.ts'
import type { HostKeyPolicy } from './host-key.ts'
import { RemotePorts } from './remote-ports.ts'
import type { Session } from './session.ts'
import { openSocket } from './socket.ts'
import type { Target } from './target.ts'

export interface Timing {
  /** Milliseconds for one try, from the TCP connection to the login. */
  readonly readyTimeout: number
  /** Milliseconds between probes of a silent host, and how many may go unanswered before it counts as lost. */
  readonly keepaliveInterval: number
  readonly keepaliveCount: number
}

// ecdh on nistp256 first: a tenth less wall time over many hosts than with curve25519.
const kex: KexAlgorithm[] = [
  'ecdh-sha2-nistp256',
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
]

/**
 * Connects and logs in once.
 *
 * @throws ViridianError when another try would end the same way (host key, login); else the failure as it came
 */
export async function handshake(
  target: Target,
  policy: HostKeyPolicy,
  login: Login,
  timing: Timing,
  signal: AbortSignal,
): Promise<Session> {
  const began = performance.now()
  const sock = await openSocket({
    host: target.address,
    port: target.port,
    timeout: timing.readyTimeout,
    signal,
  })
  let badKey: ViridianError | undefined
  const ssh = new NodeSSH()
  const connecting = ssh.connect({
    sock,
    username: target.user,
    readyTimeout: Math.max(1, timing.readyTimeout - (performance.now() - began)),
    keepaliveInterval: timing.keepaliveInterval,
    keepaliveCountMax: timing.keepaliveCount,
    algorithms: { kex, serverHostKey: policy.algorithms },
    hostVerifier: (key: Buffer) => {
      badKey = policy.check(key)
      return badKey === undefined
    },
    authHandler: login.authHandler,
  })
  const client = ssh.connection
  // node-ssh takes its own listener away once connected; from then on an error would end the process. What it says
  // is read by whoever holds the connection.
  client?.on('error', () => undefined)
  const abort = (): void => void sock.destroy()
  signal.addEventListener('abort', abort, { once: true })
  try {
    await connecting
    signal.throwIfAborted()
    if (client === null) throw new Error('the connection was closed at once')
    return { client, socket: sock, ports: () => new RemotePorts(client) }
  } catch (error) {
    sock.destroy()
    signal.throwIfAborted()
    throw badKey ?? (isRefusal(error) ? login.refusal() : final(target, error))
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

// A server that has seen too many keys hangs up, instead of refusing the next one.
function isRefusal(error: unknown): boolean {
  if (levelOf(error) === 'client-authentication') return true
  return error instanceof Error && /too many authentication failures/i.test(error.message)
}

function final(target: Target, error: unknown): unknown {
  if (levelOf(error) !== 'handshake' || !(error instanceof Error)) return error
  return new ViridianError(
    'E_HOST_PROTOCOL',
    `${target.name} (${target.address}:${target.port}): ${error.message}`,
    {
      hint: 'its SSH server offers no algorithm that is supported here',
      place: { host: target.name },
      cause: error,
    },
  )
}

function levelOf(error: unknown): unknown {
  return error instanceof Error && 'level' in error ? error.level : undefined
}
