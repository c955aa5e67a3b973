import { appendFileSync, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import ssh2, {
  type AuthContext,
  type Connection,
  type ParsedKey,
  type ServerChannel,
  type TcpipRequestInfo,
} from 'ssh2'
import type { HostKey } from './host-key.ts'
import type { Computer } from './layout.ts'
import { listen } from './loopback.ts'
import { serveSession } from './ssh-session.ts'

/** The SSH server of one machine: public keys of `~/.ssh/authorized_keys`, one user, exec, shell, SFTP and forwards. */
export class SshServer {
  readonly #computer: Computer
  readonly #sockets = new Set<Socket>()
  readonly #listener: Server

  constructor(computer: Computer, hostKey: HostKey) {
    this.#computer = computer
    const ssh = new ssh2.Server({ hostKeys: [hostKey.private], ident: 'OpenSSH_9.6' })
    ssh.on('connection', (connection, { ip, port }) => {
      const socket = [...this.#sockets].find(({ remotePort }) => remotePort === port)
      this.#serve(connection, ip, port, socket)
    })
    this.#listener = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      ssh.injectSocket(socket)
    })
  }

  async open(): Promise<void> {
    const { address, sshPort } = this.#computer.machine
    await listen(this.#listener, address, sshPort)
  }

  /** Ends the connections, and with them what runs in their sessions. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#listener.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #serve(connection: Connection, ip: string, port: number, socket: Socket | undefined): void {
    const { machine, user } = this.#computer
    const peer = `${ip} port ${port}`
    // A client that goes away in mid-sentence is everyday life for a server: it is logged, and its sessions end.
    connection.on('error', (error) => this.#log(`Connection from ${peer}: ${error.message}`))
    connection.on('authentication', (context) => void this.#authenticate(context, peer))
    connection.on('ready', () => {
      this.#log(`Accepted publickey for ${user} from ${peer}`)
      const peers = `${ip} ${port} ${machine.address} ${machine.sshPort}`
      const hangUps = new Set<() => void>()
      connection.on('session', (accept) => {
        const session = accept()
        const hangUp = serveSession(session, this.#computer, { peers, socket })
        hangUps.add(hangUp)
        // The channel's own `close` waits until its input is read, which a stuck command never does.
        session.on('close', () => {
          hangUps.delete(hangUp)
          hangUp()
        })
      })
      connection.on('close', () => {
        for (const hangUp of hangUps) hangUp()
      })
      connection.on('tcpip', (accept, reject, info) => forward(accept, reject, info, machine.address))
      connection.on('openssh.streamlocal', (_, reject) => reject())
      connection.on('request', (_: unknown, reject: (() => void) | undefined) => reject?.())
    })
  }

  async #authenticate(context: AuthContext, peer: string): Promise<void> {
    try {
      if (context.username === this.#computer.user && context.method === 'publickey') {
        const keys = await this.#authorizedKeys()
        const { algo, data } = context.key
        const key = keys.find((known) => known.type === algo && known.getPublicSSH().equals(data))
        const { signature, blob } = context
        if (key && (!signature || (blob && key.verify(blob, signature, context.hashAlgo) === true))) {
          return context.accept()
        }
      }
      if (context.method !== 'none')
        this.#log(`Failed ${context.method} for ${context.username} from ${peer}`)
    } catch (error) {
      this.#log(`Cannot authenticate ${peer}: ${error instanceof Error ? error.message : String(error)}`)
    }
    context.reject(['publickey'])
  }

  async #authorizedKeys(): Promise<readonly ParsedKey[]> {
    const text = await readFile(join(this.#computer.layout.home, '.ssh', 'authorized_keys'), 'utf8')
    return text.split('\n').flatMap((line) => {
      if (line.trim() === '' || line.startsWith('#')) return []
      const key = ssh2.utils.parseKey(line.trim())
      if (!(key instanceof Error)) return [key]
      this.#log(`A line of authorized_keys cannot be read: ${key.message}`)
      return []
    })
  }

  #log(line: string): void {
    const { authLog } = this.#computer.layout
    // The last words of a connection may come after the machine's end, with its disk gone.
    if (existsSync(dirname(authLog))) appendFileSync(authLog, `${new Date().toISOString()} sshd: ${line}\n`)
  }
}

/** Opens a connection from the machine, for which `localhost` is the machine itself. */
function forward(
  accept: () => ServerChannel,
  reject: () => void,
  { destIP, destPort }: TcpipRequestInfo,
  address: string,
): void {
  if (destPort > 65_535) {
    reject()
    return
  }
  const host = destIP === 'localhost' || destIP === '127.0.0.1' ? address : destIP
  const socket = connect({ host, port: destPort, noDelay: true, allowHalfOpen: true })
  socket.once('error', reject)
  socket.once('connect', () => {
    socket.off('error', reject)
    const channel = accept()
    // Either side's failure ends the other; SSH has no way of telling more once the channel is open.
    socket.on('error', () => channel.destroy())
    channel.on('close', () => socket.destroy())
    socket.pipe(channel).pipe(socket)
  })
}
