import type { Duplex } from 'node:stream'
import { ViridianError } from '../../error.ts'
import type { LocalSide } from '../ssh-config/local-side.ts'
import { type Ask, askNobody } from '../terminal/prompt.ts'
import type { HostSpec, SshDefaults, Transport } from '../transport.ts'
import { Authentication } from './authentication.ts'
import { AwaitedHosts } from './awaited-hosts.ts'
import { SshConnection } from './connection.ts'
import { Doors } from './doors.ts'
import { SentEnvironment } from './environment.ts'
import { handshake, type Timing } from './handshake.ts'
import { HostKeys } from './host-keys.ts'
import type { HostTime } from './host-time.ts'
import { JumpHosts, sshdOf } from './jump-hosts.ts'
import { persist } from './persistence.ts'
import type { Session } from './session.ts'
import { openSocket } from './socket.ts'
import type { Target } from './target.ts'
import { Targets } from './targets.ts'

export interface SshTransportOptions {
  readonly defaults: () => SshDefaults | Promise<SshDefaults>
  /** Bounds the handshakes in flight: sshd starts to drop them above 10 on one host. @default 50 */
  readonly doors?: Doors
  /** @default 20 s for a login, a probe of silent hosts every 15 s, lost after 3 */
  readonly timing?: Partial<Timing>
  /** @default nobody can be asked */
  readonly ask?: Ask
  /** Told of what a person should know, such as a host key that was added to known_hosts. */
  readonly note?: (text: string) => void
  /** New keys of hosts that may be learnt are added to known_hosts. @default true */
  readonly learnsHostKeys?: boolean
  /** Whoever connects. @default as the system says of this process */
  readonly local?: LocalSide
}

const usualTiming: Timing = { readyTimeout: 20_000, keepaliveInterval: 15_000, keepaliveCount: 3 }

/** Reaches hosts by node-ssh, straight or through jump hosts, which all hosts behind them share. */
export class SshTransport implements Transport {
  readonly #options: SshTransportOptions
  readonly #awaited: AwaitedHosts
  readonly #timing: Timing
  readonly #doors: Doors
  readonly #authentication: Authentication
  readonly #hostKeys: HostKeys
  readonly #targets: Targets
  readonly #environment = new SentEnvironment()
  readonly #jumpHosts = new JumpHosts((target, signal) => this.#reach(target, signal))
  /** By how many jump hosts stand before them. */
  readonly #connections: Set<SshConnection>[] = []

  constructor(options: SshTransportOptions) {
    const { ask = askNobody, note = () => undefined, learnsHostKeys = true } = options
    this.#options = options
    this.#awaited = new AwaitedHosts(note)
    this.#targets = new Targets(options.local)
    this.#timing = { ...usualTiming, ...options.timing }
    this.#doors = options.doors ?? new Doors(50)
    this.#authentication = new Authentication(ask)
    this.#hostKeys = new HostKeys(ask, note, learnsHostKeys)
  }

  async connect(spec: HostSpec, signal: AbortSignal): Promise<SshConnection> {
    const target = await this.#targets.of(spec, await this.#options.defaults(), signal)
    refuseCommands(target)
    return this.#reach(target, signal)
  }

  async close(): Promise<void> {
    // What stands on a jump host's connection ends before it.
    for (const connections of [...this.#connections].reverse())
      await Promise.all([...connections].map((connection) => connection.close()))
  }

  async #reach(target: Target, signal: AbortSignal): Promise<SshConnection> {
    const door = sshdOf(target)
    const session = await persist(
      { target, door, doors: this.#doors, signal, awaited: this.#awaited },
      (time) => this.#attempt(target, time, door, signal),
    )
    const connection = new SshConnection(session, {
      host: target.name,
      patience: target.connectTimeout,
      env: this.#environment.of(target.settings),
    })
    const depth = depthOf(target)
    for (let each = this.#connections.length; each <= depth; each += 1) this.#connections.push(new Set())
    this.#connections[depth]?.add(connection)
    return connection
  }

  async #attempt(target: Target, time: HostTime, door: string, signal: AbortSignal): Promise<Session> {
    const { via } = target
    // Before the host's turn: its jump host needs turns too.
    const jumpHost = via && (await time.standing(() => this.#jumpHosts.get(via, signal)))
    const policy = await this.#hostKeys.policy(target, time)
    const login = await this.#authentication.login(target, time)
    const forwarded = await this.#authentication.forwardedAgent(target)
    return this.#doors.through(door, time, signal, () => {
      const left = Math.max(1, target.connectTimeout - time.spent)
      const timing = { ...this.#timing, readyTimeout: Math.min(this.#timing.readyTimeout, left) }
      const open = (stop: AbortSignal): Promise<Duplex> =>
        jumpHost ? jumpHost.dial(target.address, target.port, stop) : openSocket(straight(target, stop))
      return handshake({ target, policy, login, time, timing, forwarded, open, signal })
    })
  }
}

function straight({ address, port, settings }: Target, signal: AbortSignal) {
  const family = ({ any: 0, inet: 4, inet6: 6 } as const)[settings.addressFamily]
  return { host: address, port, family, localAddress: settings.bindAddress, signal }
}

function depthOf({ via }: Target): number {
  return via === undefined ? 0 : 1 + depthOf(via)
}

function refuseCommands({ name, proxyCommand, via }: Target): void {
  if (via) refuseCommands(via)
  if (proxyCommand === undefined) return
  throw new ViridianError(
    'E_SSH_TRANSPORT',
    `${name} is reached by a ProxyCommand, which only the system's ssh runs: ${proxyCommand}`,
    { hint: "give it transport: 'openssh', or a ProxyJump in its place", place: { host: name } },
  )
}
