import { setMaxListeners } from 'node:events'
import type { Backend } from './backend.ts'
import { ConnectedBackend } from './connected-backend.ts'
import type { Host } from './host.ts'
import { hostInContext } from './host-in-context.ts'
import { printer } from './printer.ts'
import { type Ask, askNobody } from './prompt.ts'
import { SshTransport } from './ssh/transport.ts'
import type { Connection, HostSpec, SshDefaults, Transport } from './transport.ts'

export interface RemoteOptions {
  /** Asked for when the first host is connected to. */
  readonly defaults: () => SshDefaults | Promise<SshDefaults>
  /** Asks a person for passphrases and passwords. @default nobody can be asked */
  readonly ask?: Ask
  /** Ends every command, and every attempt to connect. */
  readonly signal: AbortSignal
  /** Takes secrets out of what is shown and of what errors say. */
  readonly mask: (text: string) => string
  /** Pending while whoever reads what is told is behind: commands then wait with their output. */
  readonly caughtUp?: () => Promise<void> | undefined
  /** Commands are only told of, not run. @default false */
  readonly planning?: boolean
  /** Where relative local paths start. @default the process's own directory */
  readonly directory?: string
  /** @default node-ssh */
  readonly transport?: Transport
}

/** Whom to tell what happens on a host. */
export interface HostHooks {
  /** Told of each command as it starts, secrets masked. */
  readonly onCommand?: (command: string) => void
  /** Told of each line that a command says, secrets masked. */
  readonly onLine?: (stream: 'stdout' | 'stderr', line: string) => void
  /** Told what a person should know of a command, secrets masked: that it is tried again. */
  readonly onNote?: (text: string) => void
}

/** The remote side of one run: a connection a host, made when it is first needed and shared by all tasks. */
export interface Remote {
  host(spec: HostSpec, hooks?: HostHooks): Host
  close(): Promise<void>
}

export function createRemote(options: RemoteOptions): Remote {
  const transport =
    options.transport ?? new SshTransport({ defaults: options.defaults, ask: options.ask ?? askNobody })
  const connections = new Connections(transport, options.signal)
  // Every command of every host listens on it.
  setMaxListeners(0, options.signal)
  const backendOf = (spec: HostSpec, { onCommand, onLine, onNote }: HostHooks): Backend => {
    if (options.planning) return printer(onCommand ?? ignore, options.mask)
    return new ConnectedBackend({
      host: spec.name,
      directory: options.directory ?? process.cwd(),
      signal: options.signal,
      mask: options.mask,
      connection: () => connections.get(spec),
      onCommand: onCommand ?? ignore,
      onLine: onLine ?? ignore,
      onNote: onNote ?? ignore,
      ...(options.caughtUp && { caughtUp: options.caughtUp }),
    })
  }
  return {
    host: (spec, hooks = {}) => hostInContext(spec, backendOf(spec, hooks), { env: {} }),
    close: () => transport.close(),
  }
}

/** One connection a host; a lost one is made anew by the next command. */
class Connections {
  readonly #transport: Transport
  readonly #signal: AbortSignal
  readonly #open = new Map<string, Promise<Connection>>()

  constructor(transport: Transport, signal: AbortSignal) {
    this.#transport = transport
    this.#signal = signal
  }

  async get(spec: HostSpec): Promise<Connection> {
    const { address, port, user, identityFile, hostKeys } = spec
    const key = JSON.stringify([address ?? spec.name, port, user, identityFile, hostKeys])
    const present = this.#open.get(key)
    if (present !== undefined && (await present).open) return present
    return this.#connect(key, spec, present)
  }

  #connect(key: string, spec: HostSpec, stale: Promise<Connection> | undefined): Promise<Connection> {
    const present = this.#open.get(key)
    // Another command may have connected again meanwhile.
    if (present !== undefined && present !== stale) return present
    const connecting = this.#transport.connect(spec, this.#signal)
    this.#open.set(key, connecting)
    connecting.catch(() => this.#open.delete(key))
    return connecting
  }
}

const ignore = (): void => undefined
