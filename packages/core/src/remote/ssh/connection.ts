import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { LoginShell } from '../command/login-shell.ts'
import { Semaphore } from '../semaphore.ts'
import { sizeOf } from '../terminal/raw-terminal.ts'
import type {
  AttachOptions,
  Connection,
  ExecOptions,
  ExitStatus,
  Listening,
  LocalTerminal,
} from '../transport.ts'
import { Brake } from './brake.ts'
import { channelExit } from './channel.ts'
import {
  hostLost,
  hungUp,
  noListener,
  sessionClosed,
  sessionRefused,
  sessionUnanswered,
  shellLeft,
  targetUnreached,
} from './failures.ts'
import { sessionsAtOnce } from './server-software.ts'
import type { Ports, Session, SessionChannel, TakeChannel } from './session.ts'
import { ptyOf, tieTerminal } from './terminal.ts'

const pausesMs = [20, 100, 500]

// On a command's terminal nobody types: what is sent there is a password.
const unshown = { ECHO: 0 } as const

// ssh2 hands on the reason of SSH_MSG_CHANNEL_OPEN_FAILURE, a number.
const isRefusedSession = (error: unknown): error is Error =>
  error instanceof Error && 'reason' in error && typeof error.reason === 'number'

export interface ConnectionDetails {
  /** What people call it. */
  readonly host: string
  /** Milliseconds. */
  readonly patience: number
  /** Variables that are sent with every command; the host takes those that its AcceptEnv names. */
  readonly env: Readonly<Record<string, string>>
}

/** A logged-in connection: of ssh2, or of a master of `ssh`. */
export class SshConnection implements Connection {
  readonly patience: number
  readonly shell = new LoginShell()
  readonly #session: Session
  readonly #brake: Brake
  readonly #host: string
  readonly #env: Readonly<Record<string, string>>
  readonly #channels: Semaphore
  #ports: Ports | undefined
  #open = true
  #cause: Error | undefined

  constructor(session: Session, { host, patience, env }: ConnectionDetails) {
    const { client, software } = session
    this.#channels = new Semaphore(sessionsAtOnce(software))
    this.patience = patience
    this.#session = session
    this.#brake = new Brake(session.socket)
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

  exec(command: string, options: ExecOptions): Promise<ExitStatus> {
    const { client, sent } = this.#session
    const pty = options.pty && { ...ptyOf(options.pty), modes: unshown }
    const settings = { env: this.#env, ...(pty && { pty }) }
    return this.#inSession(
      options.signal,
      (take) => client.exec(command, settings, take),
      (channel) => {
        options.onAccepted?.()
        return channelExit(channel, options, this.#brake, sent)
      },
    )
  }

  async attach(terminal: LocalTerminal, { command, signal }: AttachOptions): Promise<ExitStatus> {
    const { client } = this.#session
    const open = (take: TakeChannel): unknown => {
      const pty = ptyOf(sizeOf(terminal))
      const env = this.#env
      return command === undefined
        ? client.shell(pty, { env }, take)
        : client.exec(command, { pty, env }, take)
    }
    const end = await this.#inSession(signal, open, (channel) => tieTerminal(terminal, channel, signal))
    if (end === 'left') throw shellLeft(this.#host)
    if (end === 'gone') throw hungUp(this.#host)
    return end
  }

  async dial(address: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    this.#refuseIfLost()
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal?.reason)
      signal?.addEventListener('abort', abort, { once: true })
      this.#session.client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
        signal?.removeEventListener('abort', abort)
        if (error)
          reject(this.#open ? targetUnreached(this.#host, `${address}:${port}`, error) : this.#lost())
        else if (signal?.aborted) channel.destroy()
        else resolve(channel)
      })
    })
  }

  async listen(address: string, port: number, take: (connection: Duplex) => void): Promise<Listening> {
    this.#refuseIfLost()
    this.#ports ??= this.#session.ports()
    try {
      return await this.#ports.listen(address, port, take)
    } catch (error) {
      throw this.#open ? noListener(this.#host, `${address}:${port}`, error) : this.#lost()
    }
  }

  async close(): Promise<void> {
    if (!this.#open) return
    const { client, socket } = this.#session
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    client.end()
    // A peer that has stalled may not even take the goodbye.
    const timer = setTimeout(() => socket.destroy(), 1_000)
    await closed
    clearTimeout(timer)
  }

  /** Opens a session, of which a server has only so many, and uses it. */
  async #inSession<End>(
    signal: AbortSignal | undefined,
    open: (take: TakeChannel) => unknown,
    use: (channel: SessionChannel) => Promise<ExitStatus | End>,
  ): Promise<ExitStatus | End> {
    for (;;) {
      const end = await this.#channels.run(signal, () => this.#attempt(signal, open, use))
      if (end === undefined) continue
      if (isLost(end)) throw this.#open ? sessionClosed(this.#host) : this.#lost()
      return end
    }
  }

  /** Uses a session unless the server has none left: undefined, and from now on fewer are asked for. */
  async #attempt<End>(
    signal: AbortSignal | undefined,
    open: (take: TakeChannel) => unknown,
    use: (channel: SessionChannel) => Promise<End>,
  ): Promise<End | undefined> {
    for (let refusals = 0; ; refusals += 1) {
      try {
        return await this.#opened(signal, open, use)
      } catch (error) {
        const pause = pausesMs[refusals]
        if (!isRefusedSession(error)) throw error
        // A server counts a session that has just ended for a moment longer.
        if (refusals > 0 && this.#channels.shrink()) return undefined
        if (pause === undefined) throw this.#open ? sessionRefused(this.#host, error) : this.#lost()
        await sleep(pause)
        signal?.throwIfAborted()
      }
    }
  }

  async #opened<End>(
    signal: AbortSignal | undefined,
    open: (take: TakeChannel) => unknown,
    use: (channel: SessionChannel) => Promise<End>,
  ): Promise<End> {
    this.#refuseIfLost()
    return new Promise((resolve, reject) => {
      // A peer that has stalled does not answer; what comes of it later is ended as soon as it has begun.
      let isLate = false
      let timer: NodeJS.Timeout | undefined
      // A server may answer probes, and this not. What it answers while nothing is read is heard later.
      const give = (ms: number): void => {
        timer = setTimeout(() => {
          const left = Math.ceil(this.patience - this.#brake.freeMs)
          if (left > 0) return give(left)
          isLate = true
          reject(sessionUnanswered(this.#host, this.patience))
        }, ms)
      }
      give(this.patience)
      const abort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', abort, { once: true })
      open((error, channel) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        if (isLate) {
          if (!error) channel.close()
          return
        }
        if (error) {
          const known = this.#open && isRefusedSession(error)
          reject(known ? error : this.#open ? sessionRefused(this.#host, error) : this.#lost())
          return
        }
        // Listened to at once: the exit of a short command comes with the same packet.
        use(channel).then(resolve, reject)
      })
    })
  }

  // ssh2 throws for a socket that has ended without a word yet.
  #refuseIfLost(): void {
    if (!this.#open || !this.#session.socket.writable) throw this.#lost()
  }

  #lost(): Error {
    return hostLost(this.#host, this.#cause)
  }
}

/** A session that ended without an exit has ended with its connection, or its server has closed it. */
const isLost = (end: unknown): boolean =>
  typeof end === 'object' &&
  end !== null &&
  'code' in end &&
  'signal' in end &&
  end.code === null &&
  end.signal === null
