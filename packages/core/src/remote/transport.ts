/** A machine that tasks run on. Plain JSON: role assignments are journaled. */
export interface HostSpec {
  /** What people call it and output is labelled with: `web-1`, `i-0abc…`. Unique within a role. */
  readonly name: string
  /** Name or IP to connect to. @default name */
  readonly address?: string
  readonly port?: number
  readonly user?: string
  /** Path of a private key. */
  readonly identityFile?: string
  /**
   * Host keys known from a source of trust other than known_hosts (an instance's console output): `SHA256:…`
   * fingerprints, or `ssh-ed25519 AAAA…` keys. When given, only these are accepted.
   */
  readonly hostKeys?: readonly string[]
  /** Facts about it: instance id, zone, private address. */
  readonly labels?: Readonly<Record<string, string>>
}

/** The ssh settings that hosts do not state themselves: a stage's, or a plugin's. */
export interface SshDefaults {
  readonly user?: string
  readonly port?: number
  readonly identityFile?: string
  /** Files in known_hosts form. @default ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts */
  readonly knownHosts?: readonly string[]
}

export interface ExecOptions {
  /** Written to the command's standard input, which is then closed. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>
  readonly onStdout?: (chunk: Buffer) => void
  readonly onStderr?: (chunk: Buffer) => void
  /** Ends the remote command (not only the channel) when aborted. */
  readonly signal?: AbortSignal
}

/** How a command ended. A lost connection is not an exit: it rejects with `E_HOST_LOST`. */
export interface ExitStatus {
  readonly code: number | null
  readonly signal: string | null
}

/** One live connection to one host, kept for the whole run. */
export interface Connection {
  /** Runs a command line under the login's `sh`; rejects only when the connection or the channel fails. */
  exec(command: string, options: ExecOptions): Promise<ExitStatus>
  close(): Promise<void>
}

/** A way to reach hosts. The second one (the system's `ssh`) fits behind the same two methods. */
export interface Transport {
  /** @throws ViridianError `E_HOST_UNREACHABLE`, `E_HOST_KEY`, `E_HOST_AUTH`, each with the host as its place. */
  connect(host: HostSpec, signal: AbortSignal): Promise<Connection>
  close(): Promise<void>
}
