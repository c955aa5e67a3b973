import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../../duration.ts'
import { isViridianError, ViridianError } from '../../error.ts'
import { type Ask, askNobody } from '../prompt.ts'
import { Semaphore } from '../semaphore.ts'
import type { Connection, HostSpec, SshDefaults, Transport } from '../transport.ts'
import { Authentication } from './authentication.ts'
import { SshConnection } from './connection.ts'
import { handshake, type Timing } from './handshake.ts'
import { hostKeyPolicy } from './host-key.ts'
import { type KnownHost, readKnownHosts } from './known-hosts.ts'
import type { Session } from './session.ts'
import { type Target, targetOf } from './target.ts'

export interface SshTransportOptions {
  readonly defaults: () => SshDefaults | Promise<SshDefaults>
  /** Lets so many handshakes be in flight: sshd starts to drop them above 10 on one host. @default 50 */
  readonly handshakes?: Semaphore
  /** @default 20 s for a login, a probe of silent hosts every 15 s, lost after 3 */
  readonly timing?: Partial<Timing>
  /** @default nobody can be asked */
  readonly ask?: Ask
}

const usualTiming: Timing = { readyTimeout: 20_000, keepaliveInterval: 15_000, keepaliveCount: 3 }

/** Reaches hosts by node-ssh. */
export class SshTransport implements Transport {
  readonly #options: SshTransportOptions
  readonly #timing: Timing
  readonly #handshakes: Semaphore
  readonly #authentication: Authentication
  readonly #knownHosts = new Map<string, Promise<KnownHost[]>>()
  readonly #connections = new Set<Connection>()

  constructor(options: SshTransportOptions) {
    this.#options = options
    this.#timing = { ...usualTiming, ...options.timing }
    this.#handshakes = options.handshakes ?? new Semaphore(50)
    this.#authentication = new Authentication(options.ask ?? askNobody)
  }

  async connect(spec: HostSpec, signal: AbortSignal): Promise<Connection> {
    const target = targetOf(spec, await this.#options.defaults())
    const known = target.hostKeys ? [] : await this.#known(target.knownHosts)
    const session = await this.#persist(target, known, signal)
    const connection = new SshConnection(session, target.name, target.connectTimeout)
    this.#connections.add(connection)
    return connection
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.close()))
  }

  /** Tries until the deadline: a new machine's sshd comes up late, a busy one drops handshakes. */
  async #persist(target: Target, known: readonly KnownHost[], signal: AbortSignal): Promise<Session> {
    const policy = hostKeyPolicy(target, known)
    const deadline = performance.now() + target.connectTimeout
    for (let attempt = 0; ; attempt += 1) {
      const login = await this.#authentication.login(target)
      const left = Math.max(1, deadline - performance.now())
      const timing = { ...this.#timing, readyTimeout: Math.min(this.#timing.readyTimeout, left) }
      try {
        return await this.#handshakes.run(signal, () => handshake(target, policy, login, timing, signal))
      } catch (error) {
        if (signal.aborted || isViridianError(error)) throw error
        const pause = Math.min(3_000, 200 * 1.6 ** attempt) * (0.5 + Math.random())
        if (isFinal(error) || performance.now() + pause >= deadline) throw unreachable(target, error)
        await sleep(pause, undefined, { signal })
      }
    }
  }

  #known(files: readonly string[]): Promise<KnownHost[]> {
    const key = files.join('\0')
    const read = this.#knownHosts.get(key) ?? readKnownHosts(files)
    this.#knownHosts.set(key, read)
    return read
  }
}

// A name that does not resolve is a typing error more often than a machine on its way.
function isFinal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOTFOUND'
}

function unreachable(target: Target, cause: unknown): ViridianError {
  const { name, address, port } = target
  const reason = reasonOf(cause)
  const within = isFinal(cause) ? '' : ` within ${formatDuration(target.connectTimeout)}`
  return new ViridianError(
    'E_HOST_UNREACHABLE',
    `${name} (${address}:${port}) cannot be reached${within}: ${reason}`,
    {
      hint: isFinal(cause)
        ? `check the address of ${name}`
        : 'check that it is up, that its sshd listens on this port, and that the network lets you through',
      place: { host: name },
      cause,
    },
  )
}

// A name with several addresses fails with all of their errors, and without a message of its own.
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ')
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
