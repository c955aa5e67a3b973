import { setMaxListeners } from 'node:events'
import { ViridianError } from '../error.ts'
import type { Backend } from './backend.ts'
import { SudoPasswords } from './command/sudo.ts'
import { ConnectedBackend } from './connected-backend.ts'
import { LocalFiles } from './files/local-files.ts'
import type { Host } from './host.ts'
import { hostInContext } from './host-in-context.ts'
import type { Cuts } from './output/cuts.ts'
import type { OutputFiles } from './output/output-files.ts'
import { printer } from './printer.ts'
import { type Ask, askNobody } from './terminal/prompt.ts'
import type { Lend } from './terminal/shell.ts'
import { type Track, trackedBackend } from './tracked-backend.ts'
import type { Connection, HostSpec, SshDefaults, Transport } from './transport.ts'
import { TransportByHost } from './transport-by-host.ts'

export interface RemoteOptions {
  /** Asked for when the first host is connected to. */
  readonly defaults: () => SshDefaults | Promise<SshDefaults>
  /** Asks a person for passphrases and passwords. @default nobody can be asked */
  readonly ask?: Ask
  /** Lends the terminal of a person, for shells. @default there is none */
  readonly lend?: Lend | undefined
  /** Told of what a person should know, such as a host key that was added to known_hosts. */
  readonly note?: (text: string) => void
  /** Told of secrets that the configuration holds, to be masked from then on. */
  readonly onSecret?: (value: string) => void
  /** Ends every command, and every attempt to connect. */
  readonly signal: AbortSignal
  /** Takes secrets out of what is shown and of what errors say. */
  readonly mask: (text: string) => string
  /** Where output may be cut that is masked afterwards. @default anywhere */
  readonly cuts?: Cuts
  /** Where the whole of a long output goes. @default nowhere */
  readonly outputs?: OutputFiles
  /** Pending while whoever reads what is told is behind: commands then wait with their output. */
  readonly caughtUp?: () => Promise<void> | undefined
  /** Commands are only told of, not run. @default false */
  readonly planning?: boolean
  /** New keys of hosts that may be learnt are added to known_hosts. @default true */
  readonly learnsHostKeys?: boolean
  /** Where relative local paths start. @default the process's own directory */
  readonly directory?: string
  /** Where runs are on record: what is put leaves it out. */
  readonly stateDirectory?: string
  /** @default what hosts and stages name */
  readonly transport?: Transport
}

/** Whom to tell what happens on a host. */
export interface HostHooks {
  /** Told of each command as it starts, secrets masked. */
  readonly onCommand?: (command: string) => void
  /** Told of each line that a command says, secrets masked. */
  readonly onLine?: (stream: 'stdout' | 'stderr', line: string) => void
  /** Told of what goes wrong beside the task. */
  readonly onWarning?: (text: string) => void
  /** Ends the host's commands. @default the run's */
  readonly signal?: AbortSignal | undefined
  /** Takes what is to be ended with the host's task. @default it ends with the run */
  readonly atEnd?: (end: () => Promise<void>) => void
  /** Follows all that is begun on the host, secrets masked. */
  readonly track?: Track
}

/** The remote side of one run: a connection a host, made when it is first needed and shared by all tasks. */
export interface Remote {
  host(spec: HostSpec, hooks?: HostHooks): Host
  close(): Promise<void>
}

export function createRemote(options: RemoteOptions): Remote {
  const { directory = process.cwd() } = options
  const transport =
    options.transport ??
    new TransportByHost({
      defaults: options.defaults,
      directory,
      ask: options.ask ?? askNobody,
      ...(options.note && { note: options.note }),
      learnsHostKeys: options.learnsHostKeys ?? true,
    })
  const connections = new Connections(transport, options.signal)
  const files = new LocalFiles(directory, options.stateDirectory)
  // Every command of every host listens on it.
  setMaxListeners(0, options.signal)
  const sudo = new SudoPasswords({
    ask: options.ask ?? askNobody,
    defaults: options.defaults,
    onSecret: options.onSecret ?? ignore,
  })
  const ends: (() => Promise<void>)[] = []
  const backendOf = (spec: HostSpec, { onCommand, onLine, onWarning, atEnd, signal }: HostHooks): Backend => {
    if (options.planning) return printer(onCommand ?? ignore, options.mask)
    return new ConnectedBackend({
      host: spec.name,
      files,
      signal: signal ?? options.signal,
      mask: options.mask,
      lend: options.lend,
      connection: () => connections.get(spec),
      sudo,
      disconnect: () => connections.drop(spec),
      onCommand: onCommand ?? ignore,
      onLine: onLine ?? ignore,
      onWarning: onWarning ?? ignore,
      atEnd: atEnd ?? ((end) => void ends.push(end)),
      ...(options.cuts && { cuts: options.cuts }),
      ...(options.outputs && { outputs: options.outputs }),
      ...(options.caughtUp && { caughtUp: options.caughtUp }),
    })
  }
  const trackedBackendOf = (spec: HostSpec, hooks: HostHooks): Backend => {
    const backend = backendOf(spec, hooks)
    const { track } = hooks
    return track ? trackedBackend(backend, (shown, begin) => track(options.mask(shown), begin)) : backend
  }
  return {
    host: (spec, hooks = {}) => hostInContext(spec, trackedBackendOf(spec, hooks), { env: {} }),
    close: async () => {
      await Promise.all(ends.splice(0).map((end) => end()))
      connections.close()
      await transport.close()
    },
  }
}

/** One connection a host; a lost one is made anew by the next command. */
class Connections {
  readonly #transport: Transport
  /** Ends attempts to connect, also those that nobody waits for any more. */
  readonly #stop = new AbortController()
  readonly #open = new Map<string, Promise<Connection>>()

  constructor(transport: Transport, signal: AbortSignal) {
    this.#transport = transport
    setMaxListeners(0, this.#stop.signal)
    signal.addEventListener('abort', () => this.#stop.abort(signal.reason), { once: true })
    if (signal.aborted) this.#stop.abort(signal.reason)
  }

  close(): void {
    this.#stop.abort(new ViridianError('E_HOST_LOST', 'the connection was closed while it was made'))
  }

  async get(spec: HostSpec): Promise<Connection> {
    const key = keyOf(spec)
    const present = this.#open.get(key)
    if (present !== undefined && (await present).open) return present
    return this.#connect(key, spec, present)
  }

  async drop(spec: HostSpec): Promise<void> {
    const key = keyOf(spec)
    const present = this.#open.get(key)
    // Whoever comes while it is closed makes a new one.
    this.#open.delete(key)
    // One that did not come about has told whoever asked for it.
    const connection = await present?.catch(() => undefined)
    await connection?.close()
  }

  #connect(key: string, spec: HostSpec, stale: Promise<Connection> | undefined): Promise<Connection> {
    const present = this.#open.get(key)
    // Another command may have connected again meanwhile.
    if (present !== undefined && present !== stale) return present
    const connecting = this.#transport.connect(spec, this.#stop.signal)
    this.#open.set(key, connecting)
    connecting.catch(() => {
      if (this.#open.get(key) === connecting) this.#open.delete(key)
    })
    return connecting
  }
}

// By its name too: an error must name the host that it is about, though two names lead to one machine.
const keyOf = ({ labels: _, ...reached }: HostSpec): string =>
  JSON.stringify(Object.entries(reached).sort(([one], [other]) => one.localeCompare(other)))

const ignore = (): void => undefined
