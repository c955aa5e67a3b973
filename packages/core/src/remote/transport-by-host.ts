import { withPath, withPaths } from './local-paths.ts'
import { Doors } from './ssh/doors.ts'
import type { Ask } from './terminal/prompt.ts'
import type { Connection, HostSpec, SshDefaults, Transport, TransportName } from './transport.ts'

export interface TransportByHostOptions {
  readonly defaults: () => SshDefaults | Promise<SshDefaults>
  /** Where relative paths of hosts and stages start. */
  readonly directory: string
  readonly ask: Ask
  /** Told of what a person should know. */
  readonly note?: (text: string) => void
  /** New keys of hosts that may be learnt are added to known_hosts. @default true */
  readonly learnsHostKeys?: boolean
}

/** Reaches each host by the transport that it, or its stage, names. Both share the limit on handshakes in flight. */
export class TransportByHost implements Transport {
  readonly #options: TransportByHostOptions
  readonly #doors = new Doors(50)
  readonly #made = new Map<TransportName, Promise<Transport>>()

  constructor(options: TransportByHostOptions) {
    this.#options = options
  }

  async connect(host: HostSpec, signal: AbortSignal): Promise<Connection> {
    const { defaults, directory } = this.#options
    const { transport: usual = 'ssh2' } = await defaults()
    const transport = await this.#get(host.transport ?? usual)
    return transport.connect(withPath(host, directory), signal)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#made.values()].map(async (transport) => (await transport).close()))
  }

  #get(name: TransportName): Promise<Transport> {
    const transport = this.#made.get(name) ?? this.#make(name)
    this.#made.set(name, transport)
    return transport
  }

  async #make(name: TransportName): Promise<Transport> {
    const { directory } = this.#options
    const defaults = async () => withPaths(await this.#options.defaults(), directory)
    const options = { ...this.#options, defaults, doors: this.#doors }
    // Loaded on first use: most commands need one of them, and many none.
    if (name === 'ssh2') {
      const { SshTransport } = await import('./ssh/transport.ts')
      return new SshTransport(options)
    }
    const { OpenSshTransport } = await import('./openssh/transport.ts')
    return new OpenSshTransport(options)
  }
}
