import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration, parseDuration } from '../../duration.ts'
import { ViridianError } from '../../error.ts'
import { type Ask, askNobody } from '../prompt.ts'
import { Semaphore } from '../semaphore.ts'
import { SshConnection } from '../ssh/connection.ts'
import { defaultKnownHosts } from '../ssh/known-hosts.ts'
import type { Session } from '../ssh/session.ts'
import { expandHome } from '../ssh/target.ts'
import type { Connection, HostSpec, SshDefaults, Transport } from '../transport.ts'
import { masterArguments } from './arguments.ts'
import { type FailedHost, finalFailure, isUnknownName, reasonIn, uselessFile } from './failure.ts'
import { givenKeys } from './given-keys.ts'
import { Master } from './master.ts'
import { MasterClient } from './master-client.ts'
import { Questions } from './questions.ts'
import { Reaper } from './reaper.ts'
import { RemoteForwards } from './remote-forwards.ts'

export interface OpenSshTransportOptions {
  readonly defaults: () => SshDefaults | Promise<SshDefaults>
  /** Lets so many handshakes be in flight. @default 50 */
  readonly handshakes?: Semaphore
  /** @default 20 s for a login, a probe of silent hosts every 15 s, lost after 3 */
  readonly timing?: Partial<{ readyTimeout: number; keepaliveInterval: number; keepaliveCount: number }>
  /** @default nobody can be asked */
  readonly ask?: Ask
  /** Told of what a person should do, such as touch a key. */
  readonly note?: (text: string) => void
}

/**
 * Reaches hosts by the system's `ssh`: one master a host, which keeps the connection for the whole run. Through its control
 * socket the channels of all commands are spoken to in this process, so that a command starts no further one.
 */
export class OpenSshTransport implements Transport {
  readonly #options: OpenSshTransportOptions
  readonly #timing
  readonly #handshakes: Semaphore
  readonly #questions: Questions | undefined
  readonly #masters = new Set<Master>()
  #reaper: Promise<Reaper> | undefined
  #count = 0

  constructor(options: OpenSshTransportOptions) {
    const { ask = askNobody } = options
    this.#options = options
    this.#timing = { readyTimeout: 20_000, keepaliveInterval: 15_000, keepaliveCount: 3, ...options.timing }
    this.#handshakes = options.handshakes ?? new Semaphore(50)
    this.#questions = ask === askNobody ? undefined : new Questions(ask)
  }

  async connect(spec: HostSpec, signal: AbortSignal): Promise<Connection> {
    const defaults = await this.#options.defaults()
    const patience = parseDuration(defaults.connectTimeout ?? '60s')
    return new SshConnection(await this.#persist(spec, defaults, patience, signal), spec.name, patience)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#masters].map((master) => master.end()))
    const reaper = this.#reaper
    this.#reaper = undefined
    await (await reaper)?.close()
  }

  /** Tries until the deadline: a new machine's sshd comes up late, a busy one drops handshakes. */
  async #persist(
    spec: HostSpec,
    defaults: SshDefaults,
    patience: number,
    signal: AbortSignal,
  ): Promise<Session> {
    const host = failedHost(spec, defaults)
    if (host.identityFile !== undefined) await requireFile(host, host.identityFile)
    const deadline = performance.now() + patience
    for (let attempt = 0; ; attempt += 1) {
      const result = await this.#handshakes.run(signal, () => {
        const left = Math.max(1, deadline - performance.now())
        return this.#attempt(spec, defaults, host, Math.min(this.#timing.readyTimeout, left), signal)
      })
      if (!(result instanceof Failure)) return result
      const pause = Math.min(3_000, 200 * 1.6 ** attempt) * (0.5 + Math.random())
      if (result.isFinal || performance.now() + pause >= deadline) throw unreachable(host, result, patience)
      await sleep(pause, undefined, { signal })
    }
  }

  async #attempt(
    spec: HostSpec,
    defaults: SshDefaults,
    host: FailedHost,
    timeout: number,
    signal: AbortSignal,
  ): Promise<Session | Failure> {
    const limit = new AttemptLimit(timeout)
    const { master, control } = await this.#start(spec, defaults, limit)
    const stop = (): void => void master.end()
    limit.begin(stop)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      const socket = await master.socket()
      signal.throwIfAborted()
      if (socket) return sessionOf(master, socket, control)
      return await failureOf(master, host, limit)
    } catch (error) {
      await master.end()
      throw error
    } finally {
      limit.end()
      signal.removeEventListener('abort', stop)
    }
  }

  async #start(spec: HostSpec, defaults: SshDefaults, limit: AttemptLimit) {
    this.#reaper ??= Reaper.start()
    const reaper = await this.#reaper
    this.#count += 1
    const control = join(reaper.directory, String(this.#count))
    const given = spec.hostKeys && { ...givenKeys(spec.name, spec.hostKeys), file: `${control}.keys` }
    if (given) await writeFile(given.file, given.lines.map((line) => `${line}\n`).join(''))
    const { keepaliveInterval, keepaliveCount } = this.#timing
    const args = masterArguments({
      spec,
      defaults,
      control,
      interactive: this.#questions !== undefined,
      ...(given && { given }),
      alive: { interval: Math.ceil(keepaliveInterval / 1000), count: keepaliveCount },
    })
    const questions = this.#questions?.ofOne()
    const master = new Master({
      args,
      control,
      reaper,
      note: this.#options.note ?? (() => undefined),
      answer: (prompt) => limit.standing(async () => questions?.(prompt)),
    })
    this.#masters.add(master)
    void master.ended.then(() => this.#masters.delete(master))
    return { master, control }
  }
}

/** The time of one try; it stands still while a person is asked. */
class AttemptLimit {
  readonly #timeout: number
  #timer: NodeJS.Timeout | undefined
  #stop: () => void = () => undefined
  isOver = false

  constructor(timeout: number) {
    this.#timeout = timeout
  }

  begin(stop: () => void): void {
    this.#stop = stop
    this.#timer = setTimeout(() => {
      this.isOver = true
      stop()
    }, this.#timeout)
  }

  async standing<Value>(body: () => Promise<Value>): Promise<Value> {
    this.end()
    try {
      return await body()
    } finally {
      this.begin(this.#stop)
    }
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

async function failureOf(master: Master, host: FailedHost, limit: AttemptLimit): Promise<Failure> {
  const { lines, code = null } = master
  const reason = reasonIn(lines)
  if (limit.isOver)
    return new Failure(`Timed out while waiting for handshake${reason ? `: ${reason}` : ''}`, false)
  const failure = await finalFailure(host, { lines, code })
  if (failure) throw failure
  return new Failure(reason ?? 'ssh ended without a word', isUnknownName(lines))
}

/** A try that did not come through, and may the next time. */
class Failure {
  readonly reason: string
  /** It will not. */
  readonly isFinal: boolean

  constructor(reason: string, isFinal: boolean) {
    this.reason = reason
    this.isFinal = isFinal
  }
}

function sessionOf(
  master: Master,
  socket: NonNullable<Awaited<ReturnType<Master['socket']>>>,
  control: string,
): Session {
  const client = new MasterClient(master, socket)
  return { client, socket, ports: () => new RemoteForwards(control, client) }
}

function failedHost(spec: HostSpec, defaults: SshDefaults): FailedHost {
  const identityFile = spec.identityFile ?? defaults.identityFile
  return {
    name: spec.name,
    address: spec.address ?? spec.name,
    port: spec.port ?? defaults.port ?? 22,
    user: spec.user ?? defaults.user,
    identityFile: identityFile === undefined ? undefined : expandHome(identityFile),
    hostKeys: spec.hostKeys,
    knownHosts: defaults.knownHosts?.map(expandHome) ?? defaultKnownHosts(),
  }
}

async function requireFile(host: FailedHost, file: string): Promise<void> {
  try {
    await access(file)
  } catch {
    throw uselessFile(host, file, 'does not exist')
  }
}

function unreachable(host: FailedHost, { reason, isFinal }: Failure, patience: number): ViridianError {
  const within = isFinal ? '' : ` within ${formatDuration(patience)}`
  return new ViridianError(
    'E_HOST_UNREACHABLE',
    `${host.name} (${host.address}:${host.port}) cannot be reached${within}: ${reason}`,
    {
      hint: isFinal
        ? `check the address of ${host.name}`
        : 'check that it is up, that its sshd listens on this port, and that the network lets you through',
      place: { host: host.name },
    },
  )
}
