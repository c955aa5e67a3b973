import type { Writable } from 'node:stream'
import type { RunCommand } from './command/run-command.ts'
import type { PutOptions, PutResult, PutSource, WriteOptions } from './files/options.ts'
import type { ReadRemoteFile } from './files/reading.ts'
import type { Template, TemplateData } from './files/template.ts'
import type { Forward, ForwardOptions } from './forward/forward.ts'
import type { RebootOptions } from './reboot.ts'
import type { OpenShell } from './terminal/shell.ts'
import type { HostSpec } from './transport.ts'

/** A host that a remote task runs on. `cd`, `env`, `as` and `using` give a host like it, with that context added. */
export interface Host {
  /** What people call it, and output is labelled with. */
  readonly name: string
  /** Name or IP that it is reached by. */
  readonly address: string
  /** All that its role says of it. */
  readonly spec: HostSpec
  /** Facts about it: instance id, zone, private address; none: `{}`. */
  readonly labels: Readonly<Record<string, string>>
  /** Runs a command as the user of the login, or of `as`. */
  readonly run: RunCommand
  /**
   * As `run`, by sudo: as root, or as the user of `as`. Where sudo wants a password a person is asked for it, once a run
   * and login name; with nobody to ask the command fails.
   *
   * @throws ViridianError `E_SUDO_PASSWORD` when sudo accepts none of three
   */
  readonly sudo: RunCommand
  /** A person's terminal on the host. */
  readonly shell: OpenShell
  /**
   * Forwards TCP connections between this machine and the host, or what the host can reach, until it is closed, at the
   * latest until the task has ended on this host.
   *
   * @throws ViridianError `E_FORWARD_EXPOSED`, `E_FORWARD_PLACE`; `E_FORWARD` when the port cannot be listened on here,
   * `E_HOST_FORWARD` when the host does not
   *
   * @example
   * ```ts
   * const { port } = await host.forward({ remote: 'db.internal:5432' })
   * const proxy = await host.forward({ from: 'remote', local: 3128 })
   * ```
   */
  forward(options: ForwardOptions): Promise<Forward>
  /**
   * Reboots the host and waits until it is back: until it has a new boot id (Linux's `boot_id`, elsewhere the time of the
   * boot that the kernel keeps), over a new connection. What else runs on the host in this run loses its connection.
   *
   * As all of a remote task, at least once: a run that is resumed after a crash in mid-task reboots the host again.
   *
   * @throws ViridianError `E_COMMAND_FAILED` when the command is refused, `E_REBOOT_TIMEOUT` with what was last seen,
   * `E_BOOT_UNKNOWN` when the host does not say which boot it runs on
   *
   * @example
   * ```ts
   * await host.sudo`apt-get -y dist-upgrade`
   * await host.reboot({ timeout: '5m' })
   * ```
   */
  reboot(options?: RebootOptions): Promise<void>
  /** Commands run in this directory; relative ones add up. A missing directory fails the command. */
  cd(directory: string): Host
  /** Commands run with these variables on top; they stand in the command's line, whatever the server accepts. */
  env(variables: Readonly<Record<string, string>>): Host
  /** Commands run as this user, by sudo. */
  as(user: string): Host
  /**
   * Commands are run by this shell, a program of Bourne's family with its flags: `bash -euo pipefail`. The directory and
   * the variables are there before it starts. @default sh
   *
   * @throws ViridianError `E_COMMAND_SHELL` for a shell that quotes in another way, such as fish
   */
  using(shell: string): Host
  /**
   * Puts a local file or directory, bytes, a text or a stream on the host. What is there already is not sent again; of a
   * directory only the files travel whose contents, modes or types differ. Modes, links and empty directories come along.
   *
   * Nobody ever sees half of a file: it is renamed over the old one. A directory is made ready beside the old one and
   * exchanged for it as a whole, unless a single file has changed, or something in the old one stays, since it is excluded,
   * or `delete` is false: then that is not touched, and what has changed is exchanged file by file, once all has arrived.
   * What is mounted in a directory has to be excluded; the project's own `.tasks/` is.
   *
   * The file or directory takes the place of what `remote` names; a path that ends in `/` gets the local name behind it.
   * Relative remote paths start at the context's directory, else at home; relative local ones at the task file's.
   *
   * @throws ViridianError `E_LOCAL_FILE`; `E_REMOTE_FILE` with what the host said; `E_STREAM_TAKEN` for a stream that has
   * been read before; `E_PATH_EMPTY`
   *
   * @example
   * ```ts
   * const { changed } = await host.put('dist', '/srv/web', { exclude: ['*.map', 'logs/**'] })
   * if (changed) await host.sudo`systemctl restart web`
   * ```
   */
  put(source: PutSource, remote: string, options?: PutOptions): Promise<PutResult>
  /**
   * Gets a remote file or directory, as a whole or not at all: to a local path, whose directory is made if need be, or a
   * file into a stream, which is left open. A local path that ends in `/` gets the host's name and then the remote name
   * behind it, so that each host's is kept: `logs/` becomes `logs/web-1/app.log`. A local directory is replaced by the
   * remote one. Not so the one that `tasks` runs in, the task file's, home, and those above them. Permissions come along, set-user-id and the like do not; pipes and devices in a directory are left out, with
   * a warning.
   *
   * @throws ViridianError `E_REMOTE_FILE`; `E_LOCAL_FILE`; `E_PATH_EMPTY`; `E_LOCAL_COLLISION` when another host's was written
   * to the same local path, above it or below it in this run
   */
  get(remote: string, local: string | Writable): Promise<void>
  /** Writes a text or bytes to a remote file, as `put` does. */
  write(remote: string, content: string | Uint8Array, options?: WriteOptions): Promise<PutResult>
  /**
   * Fills a template in and writes it to a remote file, as `put` does.
   *
   * @param template - a local path, or its text: Eta's, with the data as `it`, and nothing escaped
   * @throws ViridianError `E_TEMPLATE` with the line and the name of what the data does not have; as `put`
   *
   * @example
   * ```ts
   * // server { listen <%= it.port %>; }
   * const { changed } = await host.as('root').template('nginx.conf.eta', '/etc/nginx/nginx.conf', { port: 8080 })
   * ```
   */
  template(
    template: Template,
    remote: string,
    data?: TemplateData,
    options?: WriteOptions,
  ): Promise<PutResult>
  /**
   * Reads a remote file: as UTF-8 text, or as bytes.
   *
   * @throws ViridianError `E_REMOTE_FILE`; `E_REMOTE_FILE_SIZE` above the limit; `E_REMOTE_FILE_TEXT` when it is not UTF-8
   */
  readonly read: ReadRemoteFile
  /** Whether there is a file, a directory or anything else by this name; a link that leads nowhere does not count. */
  exists(remote: string): Promise<boolean>
}
