import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import ssh2, { type AuthContext, type ServerChannel } from 'ssh2'
import type { HostSpec } from '../transport.ts'

export interface SshServerOptions {
  /** What a command does: it answers through its channel, and ends it. */
  readonly exec: (command: string, channel: ServerChannel) => void
  /** True: the key may log in. @default all may */
  readonly admits?: (key: Buffer) => boolean | Promise<boolean>
  /** Decides on every try to log in, in place of `admits`. */
  readonly authenticate?: (context: AuthContext) => void
  /** What it calls itself. */
  readonly ident?: string
  /** True: the connection is dropped before a word is said. */
  readonly drops?: (count: number) => boolean
  /** What it never says yes or no to. */
  readonly leaves?: 'sessions' | 'commands'
}

const hostKey = ssh2.utils.generateKeyPairSync('ed25519')

/** A small SSH server in this process, for what a real one cannot be made to do. */
export class SshServer {
  readonly port: number
  /** Commands asked for, in order. */
  readonly commands: string[] = []
  /** Keys that were shown. */
  readonly offered: Buffer[] = []
  connections = 0
  stalled = false
  readonly #server: ssh2.Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: ssh2.Server) {
    this.#server = server
    // Typed as any kind of address; a listening TCP server has this one.
    this.port = (server.address() as AddressInfo).port
  }

  static async start(options: SshServerOptions): Promise<SshServer> {
    const { ident } = options
    const server = new ssh2.Server({ hostKeys: [hostKey.private], ...(ident !== undefined && { ident }) })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const self = new SshServer(server)
    self.#serve(options)
    return self
  }

  get spec(): HostSpec {
    return { name: 'web-1', address: '127.0.0.1', port: this.port, hostKeys: [hostKey.public] }
  }

  /** Cuts all connections, as a network does: without a goodbye. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  /** Stops reading: the peer hears nothing any more, not even a goodbye. */
  stall(): void {
    this.stalled = true
    for (const socket of this.#sockets) {
      socket.removeAllListeners('data')
      socket.pause()
    }
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #serve({ exec, admits = () => true, drops = () => false, authenticate, leaves }: SshServerOptions): void {
    // ssh2's server hands connections to its own listener: this one comes before it.
    const tcp = tcpOf(this.#server)
    tcp.prependListener('connection', (socket: Socket) => {
      this.connections += 1
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      if (drops(this.connections)) socket.destroy()
    })
    this.#server.on('connection', (client) => {
      client.on('error', () => undefined)
      client.on('authentication', (context) => {
        if (authenticate) return authenticate(context)
        if (context.method !== 'publickey') return context.reject(['publickey'])
        // The signature of one that was asked about is no new offer.
        const { data } = context.key
        if (!this.offered.some((each) => each.equals(data))) this.offered.push(data)
        void Promise.resolve(admits(context.key.data)).then((isAdmitted) => {
          if (isAdmitted) context.accept()
          else context.reject(['publickey'])
        })
      })
      client.on('session', (accept) => {
        if (leaves === 'sessions') return
        accept().on('exec', (acceptExec, _reject, { command }) => {
          this.commands.push(command)
          if (leaves === 'commands') return
          exec(command, acceptExec())
        })
      })
    })
  }
}

// Reached for the sockets, which ssh2 does not give away.
function tcpOf(server: ssh2.Server): {
  prependListener(event: string, listen: (socket: Socket) => void): void
} {
  const tcp = '_srv' in server ? server._srv : undefined
  if (typeof tcp === 'object' && tcp !== null && 'prependListener' in tcp)
    return tcp as ReturnType<typeof tcpOf>
  throw new Error('ssh2 has changed inside')
}
