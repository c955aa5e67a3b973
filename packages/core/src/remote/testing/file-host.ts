import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Host } from '../host.ts'
import { createRemote, type Remote } from '../remote.ts'
import type { TransportName } from '../transport.ts'
import { OpenSsh } from './open-ssh.ts'
import { Wire } from './wire.ts'

/** A host with a real sshd, at the end of a wire, and a directory here and one there, for what goes between them. */
export class FileHost {
  here = ''
  there = ''
  /** Ends the run when aborted. */
  stop = new AbortController()
  /** What people are told that was done. */
  commands: string[] = []
  warnings: string[] = []
  readonly sshd: OpenSsh
  readonly wire: Wire
  readonly #top = mkdtempSync(join(tmpdir(), 'viridian-files-'))
  #remote: Remote | undefined

  private constructor(sshd: OpenSsh, wire: Wire) {
    this.sshd = sshd
    this.wire = wire
    // For users who are not root.
    chmodSync(this.#top, 0o711)
  }

  static async start(): Promise<FileHost> {
    const sshd = await OpenSsh.start()
    return new FileHost(sshd, await Wire.to(sshd.port))
  }

  /** Begins a run, with nothing here and there. */
  begin(transport: TransportName = 'ssh2'): void {
    this.here = mkdtempSync(join(this.#top, 'here-'))
    this.there = mkdtempSync(join(this.#top, 'there-'))
    this.stop = new AbortController()
    this.commands = []
    this.warnings = []
    this.wire.cutAfter = Number.POSITIVE_INFINITY
    this.#remote = createRemote({
      defaults: () => ({
        transport,
        config: false,
        knownHosts: [this.sshd.knownHosts],
        connectTimeout: '10s',
      }),
      signal: this.stop.signal,
      mask: (text) => text,
      directory: this.here,
      stateDirectory: join(this.here, '.tasks'),
    })
  }

  get remote(): Remote {
    if (this.#remote === undefined) throw new Error('no run has begun')
    return this.#remote
  }

  readonly hostNamed = (name: string): Host =>
    this.remote.host(
      { ...this.wire.host(this.sshd.spec()), name, hostKeys: [this.sshd.hostKey()] },
      {
        onCommand: (command) => this.commands.push(command),
        onWarning: (text) => this.warnings.push(text),
      },
    )

  async end(): Promise<void> {
    await this.remote.close()
  }

  async remove(): Promise<void> {
    await this.wire.remove()
    await this.sshd.stop()
    rmSync(this.#top, { recursive: true })
  }
}
