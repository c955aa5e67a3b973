import { randomBytes, timingSafeEqual } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { listen } from './loopback.ts'
import type { Answer } from './systemctl.ts'

/** A call of one of the machine's own programs. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
}

/** Runs a command of the machine's own programs. */
export type Answerer = (command: Command) => Promise<Answer>

const longestRequest = 1 << 20

/**
 * The private channel from a machine's own programs to the cloud: one JSON request and one JSON answer a connection.
 * It is a TCP port, as a path deep in a project is too long for a unix socket; a token keeps it private. It listens as
 * long as the machine exists, and so keeps the machine's address.
 */
export class Control {
  static readonly port = 2221

  readonly #token = randomBytes(24).toString('hex')
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #address = ''
  #answer: Answerer | undefined

  constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket))
  }

  async open(address: string): Promise<void> {
    await listen(this.#server, address, Control.port)
    this.#address = address
  }

  /** Lets the programs call: writes the file in which they find address, port and token. */
  async admit(file: string, answer: Answerer): Promise<void> {
    this.#answer = answer
    const text = JSON.stringify({ address: this.#address, port: Control.port, token: this.#token })
    await writeFile(file, text, { mode: 0o600 })
  }

  refuse(): void {
    this.#answer = undefined
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    // A program that is killed while it waits resets the connection: nobody is left to be told.
    socket.on('error', () => socket.destroy())
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
      if (text.length > longestRequest) socket.destroy()
    })
    socket.once('end', async () => socket.end(JSON.stringify(await this.#respond(text))))
  }

  async #respond(text: string): Promise<Answer> {
    try {
      const { token, program, args, cwd } = JSON.parse(text) as Command & { readonly token: string }
      if (!this.#owns(token)) return failure('Access denied')
      if (!this.#answer) return failure('System has not been booted')
      return await this.#answer({ program, args, cwd })
    } catch (error) {
      return failure(error instanceof Error ? error.message : String(error))
    }
  }

  #owns(token: string): boolean {
    const given = Buffer.from(String(token))
    const own = Buffer.from(this.#token)
    return given.length === own.length && timingSafeEqual(given, own)
  }
}

function failure(message: string): Answer {
  return { stdout: '', stderr: `${message}\n`, code: 1 }
}
