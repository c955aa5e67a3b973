import { access } from 'node:fs/promises'
import { isViridianError } from '../../error.ts'
import { AwaitedHosts } from '../ssh/awaited-hosts.ts'
import { type ConnectionDetails, SshConnection } from '../ssh/connection.ts'
import { Doors } from '../ssh/doors.ts'
import { SentEnvironment } from '../ssh/environment.ts'
import type { Timing } from '../ssh/handshake.ts'
import type { HostTime } from '../ssh/host-time.ts'
import { JumpHosts, sshdOf } from '../ssh/jump-hosts.ts'
import { uselessFile } from '../ssh/login-error.ts'
import { persist } from '../ssh/persistence.ts'
import type { Session } from '../ssh/session.ts'
import type { Target } from '../ssh/target.ts'
import { Targets } from '../ssh/targets.ts'
import type { LocalSide } from '../ssh-config/local-side.ts'
import { type Ask, askNobody } from '../terminal/prompt.ts'
import type { Connection, HostSpec, SshDefaults, Transport } from '../transport.ts'
import { failureOf } from './failure.ts'
import type { Master } from './master.ts'
import { MasterClient } from './master-client.ts'
import { Masters } from './masters.ts'
import { Questions } from './questions.ts'
import { RemoteForwards } from './remote-forwards.ts'
import { softwareIn } from './said.ts'

export interface OpenSshTransportOptions {
  readonly defaults: () => SshDefaults | Promise<SshDefaults>
  /** Bounds the handshakes in flight. @default 50 */
  readonly doors?: Doors
  /** @default 20 s for a login, a probe of silent hosts every 15 s, lost after 3 */
  readonly timing?: Partial<Timing>
  /** @default nobody can be asked */
  readonly ask?: Ask
  /** Told of what a person should know or do, such as touch a key. */
  readonly note?: (text: string) => void
  /** New keys of hosts that may be learnt are added to known_hosts. @default true */
  readonly learnsHostKeys?: boolean
  /** Whoever connects. @default as the system says of this process */
  readonly local?: LocalSide
}

const nobody = { tried: [], isDeclined: false, isSilent: true }

const usualTiming: Timing = { readyTimeout: 20_000, keepaliveInterval: 15_000, keepaliveCount: 3 }

/**
 * Reaches hosts by the system's `ssh`: one master a host, which holds the connection for the whole run. This process speaks
 * to it through its control socket, so that a command starts no further `ssh`, and its exit is told as the server tells it.
 * What it does to log in is `ssh`'s own matter: certificates, FIDO keys, Kerberos, ProxyCommand, key exchange.
 */
export class OpenSshTransport implements Transport {
  readonly #options: OpenSshTransportOptions
  readonly #awaited: AwaitedHosts
  readonly #timing: Timing
  readonly #doors: Doors
  readonly #questions: Questions | undefined
  readonly #targets: Targets
  readonly #environment = new SentEnvironment()
  readonly #masters: Masters
  readonly #jumpHosts = new JumpHosts((target, signal) => this.#reach(target, signal))

  constructor(options: OpenSshTransportOptions) {
    const { ask = askNobody, note = () => undefined, learnsHostKeys = true } = options
    this.#options = options
    this.#awaited = new AwaitedHosts(note)
    this.#targets = new Targets(options.local)
    this.#timing = { ...usualTiming, ...options.timing }
    this.#doors = options.doors ?? new Doors(50)
    this.#questions = ask === askNobody ? undefined : new Questions(ask)
    this.#masters = new Masters({ timing: this.#timing, note, learnsHostKeys })
  }

  async connect(spec: HostSpec, signal: AbortSignal): Promise<Connection> {
    const target = await this.#targets.of(spec, await this.#options.defaults(), signal)
    if (target.identityFile !== undefined) await requireFile(target, target.identityFile)
    return this.#reach(target, signal)
  }

  close(): Promise<void> {
    return this.#masters.close()
  }

  async #reach(target: Target, signal: AbortSignal): Promise<MasterConnection> {
    const door = sshdOf(target)
    const { master, session } = await persist(
      { target, door, doors: this.#doors, signal, awaited: this.#awaited },
      async (time) => {
        const { via } = target
        // Before the host's turn: its jump host needs turns too.
        const jumpHost = via && (await time.standing(() => this.#jumpHosts.get(via, signal)))
        return this.#doors.through(door, time, signal, () => this.#logIn(target, jumpHost, time, signal))
      },
    )
    const env = this.#environment.of(target.settings)
    const details = { host: target.name, patience: target.connectTimeout, env }
    return new MasterConnection(master, session, details)
  }

  async #logIn(
    target: Target,
    jumpHost: MasterConnection | undefined,
    time: HostTime,
    signal: AbortSignal,
  ): Promise<{ master: Master; session: Session }> {
    const defaults = await this.#options.defaults()
    const dialogue = this.#questions?.of(target, time)
    const master = await this.#masters.start({ target, defaults, via: jumpHost?.control, dialogue })
    const stop = new AbortController()
    const abort = (): void => stop.abort(signal.reason)
    stop.signal.addEventListener('abort', () => void master.end(), { once: true })
    let isLate = false
    const left = Math.max(1, target.connectTimeout - time.spent)
    const callOff = time.alarm(Math.min(this.#timing.readyTimeout, left), () => {
      isLate = true
      stop.abort()
    })
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    let isIn = false
    try {
      const socket = await master.socket()
      signal.throwIfAborted()
      if (socket === undefined) {
        const { lines, code } = master
        const failure = await failureOf(target, { lines, code, answered: dialogue ?? nobody }, isLate)
        if (jumpHost && !isLate && !isViridianError(failure)) await tryWay(jumpHost, target, stop.signal)
        throw failure
      }
      isIn = true
      const client = new MasterClient(master, socket, { lendsAgent: target.settings.forwardAgent !== false })
      const ports = (): RemoteForwards => new RemoteForwards(master.control, client)
      return { master, session: { client, socket, ports, software: softwareIn(master.lines) } }
    } catch (error) {
      await master.end()
      throw error
    } finally {
      dialogue?.end(isIn)
      callOff()
      signal.removeEventListener('abort', abort)
    }
  }
}

/** A connection whose master leads to other hosts too. */
class MasterConnection extends SshConnection {
  readonly control: string

  constructor({ control }: Master, session: Session, details: ConnectionDetails) {
    super(session, details)
    this.control = control
  }
}

/** To a `ssh` behind it, a jump host does not say why it leads nowhere; to us it does. @throws ViridianError what it says */
async function tryWay(jumpHost: SshConnection, target: Target, signal: AbortSignal): Promise<void> {
  const socket = await jumpHost.dial(target.address, target.port, signal)
  socket.destroy()
}

async function requireFile(target: Target, file: string): Promise<void> {
  try {
    await access(file)
  } catch {
    throw uselessFile(target, { status: 'missing', file })
  }
}
