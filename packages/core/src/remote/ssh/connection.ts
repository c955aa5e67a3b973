import { ViridianError } from '../../error.ts'
import { Semaphore } from '../semaphore.ts'
import type { Connection, ExecOptions, ExitStatus } from '../transport.ts'
import { channelExit } from './channel.ts'
import type { Session } from './handshake.ts'

// sshd refuses an eleventh session on a connection; a user's own settings may hold one or two.
const channelsAtOnce = 8

/** A logged-in connection of ssh2. */
export class SshConnection implements Connection {
  readonly #session: Session
  readonly #host: string
  readonly #channels = new Semaphore(channelsAtOnce)
  #open = true
  #cause: Error | undefined

  constructor(session: Session, host: string) {
    const { client } = session
    this.#session = session
    this.#host = host
    client.on('error', (error) => {
      this.#cause ??= error
      this.#open = false
    })
    client.on('end', () => {
      this.#open = false
    })
    client.on('close', () => {
      this.#open = false
    })
  }

  get open(): boolean {
    return this.#open
  }

  exec(command: string, options: ExecOptions): Promise<ExitStatus> {
    return this.#channels.run(options.signal, async () => {
      const exit = await this.#run(command, options)
      if (exit.code === null && exit.signal === null) throw this.#lost()
      return exit
    })
  }

  async close(): Promise<void> {
    if (!this.#open) return
    const { client, socket } = this.#session
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    client.end()
    // A peer that has stalled does not answer the goodbye.
    const timer = setTimeout(() => socket.destroy(), 1_000)
    await closed
    clearTimeout(timer)
  }

  #run(command: string, options: ExecOptions): Promise<ExitStatus> {
    return new Promise((resolve, reject) => {
      // ssh2 throws for a socket that has ended without a word yet.
      if (!this.#open || !this.#session.socket.writable) throw this.#lost()
      this.#session.client.exec(command, (error, channel) => {
        if (error) reject(this.#open ? this.#refused(error) : this.#lost())
        // Listened to at once: the exit of a short command comes with the same packet.
        else resolve(channelExit(channel, options))
      })
    })
  }

  #lost(): ViridianError {
    const why = this.#cause === undefined ? '' : `: ${this.#cause.message}`
    return new ViridianError('E_HOST_LOST', `the connection to ${this.#host} was lost${why}`, {
      hint: 'what ran there is ended by its server as soon as that notices; run the task again',
      place: { host: this.#host },
      cause: this.#cause,
    })
  }

  #refused(cause: Error): ViridianError {
    return new ViridianError('E_HOST_CHANNEL', `${this.#host} refused to run a command: ${cause.message}`, {
      hint: 'see MaxSessions and ForceCommand in its sshd_config',
      place: { host: this.#host },
      cause,
    })
  }
}
