import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Ask, askNobody } from '../prompt.ts'
import { SshConnection } from '../ssh/connection.ts'
import { Doors } from '../ssh/doors.ts'
import { environmentOf } from '../ssh/environment.ts'
import type { Timing } from '../ssh/handshake.ts'
import type { HostTime } from '../ssh/host-time.ts'
import { uselessFile } from '../ssh/login-error.ts'
import { persist } from '../ssh/persistence.ts'
import type { Session } from '../ssh/session.ts'
import type { Target } from '../ssh/target.ts'
import { Targets } from '../ssh/targets.ts'
import type { Connection, HostSpec, SshDefaults, Transport } from '../transport.ts'
import { masterArguments } from './arguments.ts'
import { failureOf } from './failure.ts'
import { givenKeys } from './given-keys.ts'
import { Master } from './master.ts'
import { MasterClient } from './master-client.ts'
import { type Dialogue, Questions } from './questions.ts'
import { Reaper } from './reaper.ts'
import { RemoteForwards } from './remote-forwards.ts'

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
  readonly #timing: Timing
  readonly #doors: Doors
  readonly #questions: Questions | undefined
  readonly #targets = new Targets()
  readonly #masters = new Set<Master>()
  #reaper: Promise<Reaper> | undefined
  #count = 0

  constructor(options: OpenSshTransportOptions) {
    const { ask = askNobody } = options
    this.#options = options
    this.#timing = { ...usualTiming, ...options.timing }
    this.#doors = options.doors ?? new Doors(50)
    this.#questions = ask === askNobody ? undefined : new Questions(ask)
  }

  async connect(spec: HostSpec, signal: AbortSignal): Promise<Connection> {
    const defaults = await this.#options.defaults()
    const target = await this.#targets.ofItself(spec, defaults)
    if (target.identityFile !== undefined) await requireFile(target, target.identityFile)
    const door = `${target.address}:${target.port}`
    const session = await persist({ target, door, doors: this.#doors, signal }, (time) =>
      this.#doors.through(door, time, signal, () => this.#attempt(spec, defaults, target, time, signal)),
    )
    const env = environmentOf(target.settings)
    return new SshConnection(session, { host: target.name, patience: target.connectTimeout, env })
  }

  async close(): Promise<void> {
    await Promise.all([...this.#masters].map((master) => master.end()))
    const reaper = this.#reaper
    this.#reaper = undefined
    await (await reaper)?.close()
  }

  async #attempt(
    spec: HostSpec,
    defaults: SshDefaults,
    target: Target,
    time: HostTime,
    signal: AbortSignal,
  ): Promise<Session> {
    const dialogue = this.#questions?.of(target, time)
    const { master, control } = await this.#start(spec, defaults, target, dialogue)
    let isLate = false
    let isIn = false
    const stop = (): void => void master.end()
    const left = Math.max(1, target.connectTimeout - time.spent)
    const callOff = time.alarm(Math.min(this.#timing.readyTimeout, left), () => {
      isLate = true
      stop()
    })
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      const socket = await master.socket()
      signal.throwIfAborted()
      if (socket === undefined) {
        const { lines, code } = master
        throw await failureOf(target, { lines, code, answered: dialogue ?? nobody }, isLate)
      }
      isIn = true
      const client = new MasterClient(master, socket, { lendsAgent: target.settings.forwardAgent !== false })
      return { client, socket, ports: () => new RemoteForwards(control, client) }
    } catch (error) {
      await master.end()
      throw error
    } finally {
      dialogue?.end(isIn)
      callOff()
      signal.removeEventListener('abort', stop)
    }
  }

  async #start(spec: HostSpec, defaults: SshDefaults, target: Target, dialogue: Dialogue | undefined) {
    this.#reaper ??= Reaper.start()
    const reaper = await this.#reaper
    this.#count += 1
    const control = join(reaper.directory, String(this.#count))
    const given = target.hostKeys && { ...givenKeys(target, target.hostKeys), file: `${control}.keys` }
    if (given) await writeFile(given.file, given.lines.map((line) => `${line}\n`).join(''))
    const { keepaliveInterval, keepaliveCount } = this.#timing
    const { serverAliveInterval, serverAliveCountMax } = target.settings
    const args = masterArguments({
      spec,
      defaults,
      control,
      isAlone: this.#questions === undefined,
      ...(given && { given }),
      alive: {
        interval: serverAliveInterval ?? Math.ceil(keepaliveInterval / 1_000),
        count: serverAliveCountMax ?? keepaliveCount,
      },
    })
    const master = new Master({
      args,
      control,
      reaper,
      note: this.#options.note ?? (() => undefined),
      answer: async (prompt) => dialogue?.answer(prompt),
    })
    this.#masters.add(master)
    void master.ended.then(() => this.#masters.delete(master))
    return { master, control }
  }
}

async function requireFile(target: Target, file: string): Promise<void> {
  try {
    await access(file)
  } catch {
    throw uselessFile(target, { status: 'missing', file })
  }
}
