import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ViridianError } from '../../error.ts'
import { Semaphore } from '../semaphore.ts'
import type { Connection, ExecOptions, ExitStatus, LocalTerminal } from '../transport.ts'
import { channelExit } from './channel.ts'
import { withEnvironment } from './environment.ts'
import type { Session } from './handshake.ts'
import { attachTerminal, ptyOf } from './terminal.ts'

// sshd refuses an eleventh session on a connection; a user's own settings may hold one or two.
const channelsAtOnce = 8

const pausesMs = [20, 100, 500]

// ssh2 hands on the reason of SSH_MSG_CHANNEL_OPEN_FAILURE, a number.
const isRefusedSession = (error: unknown): error is Error =>
  error instanceof Error && 'reason' in error && typeof error.reason === 'number'

export interface ConnectionDetails {
  /** What people call it. */
  readonly host: string
  /** Milliseconds. */
  readonly patience: number
  /** Variables of every command. */
  readonly env: Readonly<Record<string, string>>
}

/** A logged-in connection of ssh2. */
export class SshConnection implements Connection {
  readonly patience: number
  readonly #session: Session
  readonly #host: string
  readonly #env: Readonly<Record<string, string>>
  readonly #channels = new Semaphore(channelsAtOnce)
  #open = true
  #cause: Error | undefined

  constructor(session: Session, { host, patience, env }: ConnectionDetails) {
    const { client } = session
    this.patience = patience
    this.#session = session
    this.#host = host
    this.#env = env
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

  async exec(command: string, options: ExecOptions): Promise<ExitStatus> {
    const line = withEnvironment(this.#env, command)
    for (;;) {
      const exit = await this.#channels.run(options.signal, () => this.#attempt(line, options))
      if (exit === undefined) continue
      if (exit.code === null && exit.signal === null) throw this.#lost()
      return exit
    }
  }

  dial(address: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      if (!this.#open || !this.#session.socket.writable) throw this.#lost()
      const abort = (): void => reject(signal?.reason)
      signal?.addEventListener('abort', abort, { once: true })
      this.#session.client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
        signal?.removeEventListener('abort', abort)
        if (error) reject(this.#open ? this.#unreached(error, address, port) : this.#lost())
        else if (signal?.aborted) channel.destroy()
        else resolve(channel)
      })
    })
  }

  attach(terminal: LocalTerminal, command?: string): Promise<ExitStatus> {
    const line = command === undefined ? undefined : withEnvironment(this.#env, command)
    return this.#channels.run(undefined, () => attachTerminal(this.#session.client, terminal, line))
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

  /** Runs a command unless the server has no session left for it: undefined, and from now on fewer are asked for. */
  async #attempt(command: string, options: ExecOptions): Promise<ExitStatus | undefined> {
    for (let refusals = 0; ; refusals += 1) {
      try {
        return await this.#run(command, options)
      } catch (error) {
        const pause = pausesMs[refusals]
        if (!isRefusedSession(error)) throw error
        // A server counts a session that has just ended for a moment longer.
        if (refusals > 0 && this.#channels.shrink()) return undefined
        if (pause === undefined) throw this.#open ? this.#refused(error) : this.#lost()
        await sleep(pause)
        options.signal?.throwIfAborted()
      }
    }
  }

  #run(command: string, options: ExecOptions): Promise<ExitStatus> {
    return new Promise((resolve, reject) => {
      // ssh2 throws for a socket that has ended without a word yet.
      if (!this.#open || !this.#session.socket.writable) throw this.#lost()
      const terminal = options.pty === undefined ? {} : { pty: ptyOf(options.pty) }
      this.#session.client.exec(command, terminal, (error, channel) => {
        if (error) {
          const known = this.#open && isRefusedSession(error)
          reject(known ? error : this.#open ? this.#refused(error) : this.#lost())
          return
        }
        options.onAccepted?.()
        // Listened to at once: the exit of a short command comes with the same packet.
        resolve(channelExit(channel, options))
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

  #unreached(cause: Error, address: string, port: number): ViridianError {
    const message = `${this.#host} cannot reach ${address}:${port}: ${cause.message}`
    return new ViridianError('E_HOST_FORWARD', message, {
      hint: `check that something listens there, and AllowTcpForwarding in the sshd_config of ${this.#host}`,
      place: { host: this.#host },
      cause,
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
