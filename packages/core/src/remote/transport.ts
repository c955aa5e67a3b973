import type { Duplex } from 'node:stream'
import type { LoginShell } from './command/login-shell.ts'

/** A machine that tasks run on. Plain JSON: role assignments are journaled. */
export interface HostSpec {
  /** What people call it and output is labelled with: `web-1`, `i-0abc…`. Unique within a role. */
  readonly name: string
  /** Name or IP to connect to. @default name */
  readonly address?: string
  /** The port of its sshd. @default that of ssh_config, or 22 */
  readonly port?: number
  /** Who logs in. @default that of ssh_config, or who runs `tasks` */
  readonly user?: string
  /** Path of a private key; a relative one starts where the task file stands. */
  readonly identityFile?: string
  /** How it is reached. @default the stage's */
  readonly transport?: TransportName
  /** Hosts to go through, as ProxyJump has them: `user@bastion:22`, several separated by commas; `none`: straight. */
  readonly proxyJump?: string
  /**
   * Host keys known from a source of trust other than known_hosts (an instance's console output): `ssh-ed25519 AAAA…`
   * keys, lines of `ssh-keygen -l`, or bare `SHA256:…` fingerprints. When given, only these are accepted. The host is
   * asked for a key of their types; where bare fingerprints tell no type, give one for each key that it has.
   */
  readonly hostKeys?: readonly string[]
  /** Facts about it: instance id, zone, private address. */
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * `ssh2`: within this process, the fastest. `openssh`: by the system's `ssh`, for what ssh2 cannot do: certificates, FIDO
 * keys, Kerberos, a ProxyCommand, post-quantum key exchange.
 */
export type TransportName = 'ssh2' | 'openssh'

/**
 * The ssh settings that hosts do not state themselves: a stage's, a role's, or a plugin's. Relative paths start where the task
 * file stands.
 */
export interface SshDefaults {
  /** Who logs in. */
  readonly user?: string
  /** The port of sshd. */
  readonly port?: number
  /** The only key that hosts are offered; jump hosts are offered it after those that ssh_config names for them. */
  readonly identityFile?: string
  /** How hosts are reached. @default ssh2 */
  readonly transport?: TransportName
  /** Hosts to go through, as on `HostSpec`. They go by what ssh_config says of them, as those of `ssh -J` do. */
  readonly proxyJump?: string
  /**
   * An ssh_config file in place of ~/.ssh/config and /etc/ssh/ssh_config, as `ssh -F`; false: none is read. What hosts and
   * stages say themselves comes first, as flags of `ssh` do.
   *
   * StrictHostKeyChecking is read safely. `ask`, the default, asks a person for leave to trust a host that is not known,
   * and refuses it where there is nobody. `accept-new` and `no` add its key to known_hosts, and say so. A changed key is
   * refused also under `no`, and a host that is known by keys of other types only is not new to `accept-new`.
   */
  readonly config?: string | false
  /** Files in known_hosts form; new keys are added to the first. @default as ssh_config says: ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts */
  readonly knownHosts?: readonly string[]
  /**
   * How long a host may take to be reached, its sshd's start included, and then the login's shell to begin with a
   * command: milliseconds, or `90s`. What a person takes to answer does not count. @default ConnectTimeout of ssh_config, else 60s
   */
  readonly connectTimeout?: number | string
  /**
   * Gives the password for sudo where it wants one, and is called at the first need. @default a person is asked, once a
   * run and login name
   */
  readonly sudoPassword?: () => string | Promise<string>
}

/**
 * What a command reads. Its size is told beforehand, since the end of input means the end of a command's life (see
 * `lifeline.ts`).
 */
export interface Input {
  /** Bytes. */
  readonly size: number
  /** Called once. */
  readonly chunks: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** The channel's input is closed behind it: for a command that takes all that comes, and hangs on no lifeline. @default false */
  readonly ends?: boolean
}

/** A terminal of the remote side. */
export interface Pty {
  /** What TERM says. */
  readonly term: string
  readonly columns: number
  readonly rows: number
}

/** The terminal that a person sits at. */
export interface LocalTerminal {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
}

export interface AttachOptions {
  /** Left out: the login's shell. */
  readonly command?: string
  /** When aborted, the terminal is given back at once, and what had it is hung up; rejects with its reason. */
  readonly signal: AbortSignal
}

/** A port of the host that is listened on for this side. */
export interface Listening {
  readonly port: number
  /** Resolves when nothing is listened for any more: it was closed, or lost with the connection. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

export interface ExecOptions {
  /**
   * Written to the channel's input, which stays open after it: it is the lifeline that the command line hangs on
   * (see `lifeline.ts`).
   */
  readonly input?: Input
  /** Called when the host has taken the command line. */
  readonly onAccepted?: () => void
  /** Takes output; while a promise that it gives is pending, no more of it is read, and the command waits. */
  readonly onStdout?: (chunk: Buffer) => Promise<void> | void
  readonly onStderr?: (chunk: Buffer) => Promise<void> | void
  /** Called when the command has ended; its outputs may be held open by what it has left running. */
  readonly onExit?: () => void
  /** Gives the command a terminal; both outputs then come as one. Closing the channel hangs it up. */
  readonly pty?: Pty
  /** When aborted, the channel's input is closed, by which a command on a lifeline dies; rejects with its reason. */
  readonly signal?: AbortSignal
}

/** How a command ended. A lost connection is not an exit: it rejects with `E_HOST_LOST`. */
export interface ExitStatus {
  readonly code: number | null
  readonly signal: string | null
}

/** One live connection to one host, kept for the whole run. */
export interface Connection {
  /** False once it was closed or lost. */
  readonly open: boolean
  /** Milliseconds that the host is given to be reached: the shell of a login has as many to begin with a command. */
  readonly patience: number
  /** What its commands have told of the login's shell. */
  readonly shell: LoginShell
  /** Runs a command line under the login's shell; rejects when the connection or the channel fails, or when aborted. */
  exec(command: string, options: ExecOptions): Promise<ExitStatus>
  /** A TCP connection from the host to an address that it can reach. */
  dial(address: string, port: number): Promise<Duplex>
  /** Has the host listen; port 0: a free one. `take` gets every connection that comes there. */
  listen(address: string, port: number, take: (connection: Duplex) => void): Promise<Listening>
  /**
   * Gives a person's terminal to a command, or to the login's shell, until that ends. Every way out leaves the terminal
   * as it was. Typed at the start of a line, `~.` leaves at once: `E_SHELL_LEFT`.
   */
  attach(terminal: LocalTerminal, options: AttachOptions): Promise<ExitStatus>
  close(): Promise<void>
}

/** A way to reach hosts: by ssh2, or by the system's `ssh`. */
export interface Transport {
  /**
   * @throws ViridianError `E_HOST_UNREACHABLE`, `E_HOST_KEY_UNKNOWN`, `E_HOST_KEY_CHANGED`, `E_HOST_KEY_REVOKED`,
   * `E_HOST_AUTH`, `E_IDENTITY_FILE`, each with the host as its place
   */
  connect(host: HostSpec, signal: AbortSignal): Promise<Connection>
  close(): Promise<void>
}
